import type { Clock } from '../clock/clock.ts';
import { systemClock } from '../clock/system-clock.ts';
import { ResilienceError } from '../errors.ts';
import { classifyStatus } from './status.ts';
import type { Verdict } from './verdict.ts';

/** The part of a Response that is looked at. */
export type FetchedHead = Pick<Response, 'status' | 'headers' | 'url' | 'body'>;

/**
 * The response itself, unless its status is an error: `const page = await throwIfFailed(await fetch(url)).json()`. What it
 * throws carries the verdict of `classifyStatus`, with the wait that Retry-After or RateLimit headers ask for, so that a
 * policy retries what can be retried; the body is let go, which frees the connection. A 200 proves nothing: whether the
 * body is whole and what it should be is the caller's question.
 * @throws ResilienceError (`ERR_HTTP_STATUS`) for a status of 400 or more.
 */
export function throwIfFailed<R extends FetchedHead>(
  response: R,
  options: { readonly clock?: Clock } = {},
): R {
  const { clock = systemClock } = options;
  const verdict = classifyStatus(response.status, { headers: response.headers, now: clock.now() });
  if (verdict === null) return response;
  // One that fails to let go is broken already, and the status says more.
  response.body?.cancel().catch(() => undefined);
  throw statusError(placeOf(response.url), response.status, verdict);
}

/** An answer that is an error by its status. `place` is the address without its query, which may hold secrets. */
export function statusError(place: string, status: number, verdict: Verdict): ResilienceError {
  return new ResilienceError(`${place} answered ${status}.`, {
    code: 'ERR_HTTP_STATUS',
    hint: 'Look at the address in a browser; if it answers there, check path and account.',
    verdict,
  });
}

function placeOf(url: string): string {
  if (!URL.canParse(url)) return 'The server';
  const { origin, pathname } = new URL(url);
  return `${origin}${pathname}`;
}
