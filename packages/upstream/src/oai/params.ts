import type { UpstreamRequest } from '../exchange.ts';

/** Path and arguments of a request, in the order in which they came; repeats are kept. */
export interface Target {
  readonly path: string;
  readonly pairs: readonly (readonly [key: string, value: string])[];
}

/** Reads the query, and the form of a POST. */
export function targetOf(request: UpstreamRequest): Target {
  const at = request.url.indexOf('?');
  const path = at < 0 ? request.url : request.url.slice(0, at);
  const query = new URLSearchParams(at < 0 ? '' : request.url.slice(at + 1));
  const form = new URLSearchParams(request.method === 'POST' ? (request.body ?? '') : '');
  return { path: path.replace(/^\/+/, '/'), pairs: [...query, ...form] };
}
