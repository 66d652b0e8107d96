import type { Session } from './sessions.ts';

/** A request, read to its end. */
export interface Exchange {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly cookies: ReadonlyMap<string, string>;
  readonly body: string;
  /** `n` of its entry in the ledger. */
  readonly entry: number;
  /** The part of the path that the route calls `:id`. */
  readonly id: string;
}

/** A request of somebody who is logged in. */
export interface MemberExchange extends Exchange {
  readonly session: Session;
}

/** What is answered. */
export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body: string;
}

/** The fields of a form. */
export function formOf(exchange: Exchange): URLSearchParams {
  return new URLSearchParams(exchange.body);
}

/** A page. */
export function page(body: string, status = 200, headers: Reply['headers'] = {}): Reply {
  return { status, headers: { 'content-type': 'text/html; charset=utf-8', ...headers }, body };
}

/** An answer for programs. */
export function json(value: unknown, status = 200, headers: Reply['headers'] = {}): Reply {
  return { status, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(value) };
}

/** Sends the browser elsewhere: 303 after a POST, 302 otherwise. */
export function redirect(status: 302 | 303, location: string, headers: Reply['headers'] = {}): Reply {
  return { status, headers: { location, ...headers }, body: '' };
}
