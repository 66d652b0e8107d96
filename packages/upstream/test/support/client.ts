import { request } from 'node:http';
import type { Upstream } from '../../src/index.ts';

/** Noon of a Friday: the clock of the tests. */
export const noon = Date.parse('2026-11-20T12:00:00Z');

/** The text of an answer, asked for in process. */
export async function get(upstream: Upstream, url: string): Promise<string> {
  const reply = await upstream.handle({ method: 'GET', url, headers: {} });
  return Buffer.from(reply.body).toString();
}

/** Identifiers in the order in which they are printed. */
export function identifiers(text: string): string[] {
  return [...text.matchAll(/<identifier>(?:oai:arXiv\.org:)?([^<]*)<\/identifier>/g)].map(
    (match) => match[1] ?? '',
  );
}

/** The text of the token, empty for an empty one, undefined when there is none. */
export function tokenOf(text: string): string | undefined {
  const match = /<resumptionToken[^>]*?(?:\/>|>([^<]*)<\/resumptionToken>)/.exec(text);
  return match === null ? undefined : (match[1] ?? '').replaceAll('&amp;', '&');
}

/** Walks a list the simple way: token after token until there is none. Gives every page. */
export async function walk(upstream: Upstream, query: string): Promise<string[]> {
  const verb = /verb=(\w+)/.exec(query)?.[1] ?? '';
  const pages: string[] = [];
  let url = `/oai?${query}`;
  for (let step = 0; step < 5000; step += 1) {
    const page = await get(upstream, url);
    pages.push(page);
    const token = tokenOf(page);
    if (token === undefined || token === '') return pages;
    url = `/oai?verb=${verb}&resumptionToken=${encodeURIComponent(token)}`;
  }
  throw new Error('the list does not end');
}

/** What a plain client saw of an answer. */
export interface Seen {
  readonly status?: number;
  readonly headers?: NodeJS.Dict<string | string[]>;
  readonly body: Buffer;
  /** Node's code of the error, or `waited` when the answer did not come to an end. */
  readonly error?: string;
  readonly complete: boolean;
}

/** Asks over a real socket; after `patience` milliseconds without an end it goes away. */
export function fetchRaw(url: string, headers: Record<string, string> = {}, patience = 750): Promise<Seen> {
  return new Promise((resolve) => {
    const parts: Buffer[] = [];
    let seen: Omit<Seen, 'body'> = { complete: false };
    const finish = (error?: string): void => {
      clearTimeout(timer);
      resolve({ ...seen, body: Buffer.concat(parts), ...(error === undefined ? {} : { error }) });
    };
    const call = request(url, { headers, agent: false }, (response) => {
      seen = { status: response.statusCode ?? 0, headers: response.headers, complete: false };
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('error', (error: NodeJS.ErrnoException) => finish(error.code ?? error.message));
      response.on('end', () => {
        seen = { ...seen, complete: response.complete };
        finish();
      });
    });
    const timer = setTimeout(() => {
      call.destroy();
      finish('waited');
    }, patience);
    call.on('error', (error: NodeJS.ErrnoException) => finish(error.code ?? error.message));
    call.end();
  });
}
