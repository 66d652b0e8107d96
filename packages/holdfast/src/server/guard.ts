import type { Context, Next } from 'hono';
import { isLoopback } from '../config/loopback.ts';
import type { Problem } from './problem.ts';

/** Headers of every answer: nothing inline, nothing foreign, nothing kept, in no frame. */
const HEADERS: readonly (readonly [string, string])[] = [
  [
    'Content-Security-Policy',
    "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  ],
  ['X-Content-Type-Options', 'nosniff'],
  ['X-Frame-Options', 'DENY'],
  ['Referrer-Policy', 'no-referrer'],
  ['Cross-Origin-Resource-Policy', 'same-origin'],
  ['Cross-Origin-Opener-Policy', 'same-origin'],
  ['Cache-Control', 'no-store'],
];

/** Sets the headers of every answer, that of an error too. */
export async function secureHeaders(context: Context, next: Next): Promise<void> {
  await next();
  for (const [name, value] of HEADERS) context.header(name, value);
}

/**
 * Why a request is refused before anything is looked up; null when it may pass. A page elsewhere can point a name of
 * its own at this machine (DNS rebinding): so the name that was asked for must be one of this machine's.
 */
export function refusal(request: Request, ownHost: string): Problem | null {
  const { method, headers } = request;
  const host = headers.get('host') ?? '';
  if (method !== 'GET' && method !== 'HEAD') return METHOD;
  if (!isOwnName(host, ownHost)) return FOREIGN_HOST;
  const origin = headers.get('origin');
  if (origin !== null && origin !== `http://${host}`) return FOREIGN_ORIGIN;
  return isWellFormed(new URL(request.url).pathname) ? null : MALFORMED;
}

/** Any port will do: it may have been forwarded. */
function isOwnName(host: string, ownHost: string): boolean {
  const url = `http://${host}/`;
  if (host === '' || !URL.canParse(url)) return false;
  const { hostname, pathname, username } = new URL(url);
  if (pathname !== '/' || username !== '') return false;
  return isLoopback(url) || hostname === ownHost.toLowerCase();
}

function isWellFormed(path: string): boolean {
  try {
    return !decodeURIComponent(path).includes('\u0000');
  } catch {
    return false;
  }
}

const METHOD: Problem = {
  status: 405,
  code: 'ERR_HTTP_METHOD',
  message: 'Only GET and HEAD are answered here.',
  hint: 'What changes something is a command: see `holdfast --help`.',
};
const FOREIGN_HOST: Problem = {
  status: 403,
  code: 'ERR_HTTP_HOST',
  message: 'The request names a host that is not this machine.',
  hint: 'Use http://127.0.0.1 and the port.',
};
const FOREIGN_ORIGIN: Problem = {
  status: 403,
  code: 'ERR_HTTP_ORIGIN',
  message: 'The request comes from a page of another site.',
  hint: 'Open the page itself, or read /status.json with a program that sends no Origin.',
};
const MALFORMED: Problem = {
  status: 400,
  code: 'ERR_HTTP_MALFORMED',
  message: 'The path of the request is not well-formed.',
  hint: 'The paths are /, /guide/, /status.json, /metrics, /healthz, /readyz and those under /api.',
};
