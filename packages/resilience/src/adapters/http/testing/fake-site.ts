import { CookieClient } from '../http-client.ts';
import type { HttpAuth } from '../http-auth.ts';
import type { HttpSnapshot } from '../http-client.ts';
import { VirtualClock } from '../../../clock/virtual-clock.ts';

/** One request as a site saw it. */
export interface Seen {
  readonly method: string;
  readonly url: string;
  readonly headers: Headers;
  readonly body: string;
}

/** What a site answers. Throwing is the failure of the network. */
export type Answer = (seen: Seen) => Response | Promise<Response>;

/** A client before a site that is a function, on a clock that stands still. */
export function fakeSite(
  answer: Answer,
  options: { readonly auth?: HttpAuth; readonly restore?: HttpSnapshot } = {},
): { readonly client: CookieClient; readonly seen: Seen[]; readonly clock: VirtualClock } {
  const clock = new VirtualClock();
  const seen: Seen[] = [];
  const fetch = async (url: URL, init: RequestInit): Promise<Response> => {
    const one: Seen = {
      method: init.method ?? 'GET',
      url: url.href,
      headers: new Headers(init.headers),
      body: init.body === undefined || init.body === null ? '' : await new Response(init.body).text(),
    };
    init.signal?.throwIfAborted();
    seen.push(one);
    return await answer(one);
  };
  const baseUrl = new URL('https://app.example.org/');
  const client = new CookieClient({ baseUrl, fetch, clock, auth: options.auth }, options.restore);
  return { client, seen, clock };
}

/** An answer that sends the client elsewhere. */
export function redirect(status: number, location: string, headers: Record<string, string> = {}): Response {
  return new Response(null, { status, headers: { location, ...headers } });
}

/** An answer of JSON. */
export function json(body: unknown, status = 200, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(body), { status, headers });
}
