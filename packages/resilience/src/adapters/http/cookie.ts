import { isIP } from 'node:net';
import { parseCookieDate } from './cookie-date.ts';

/** A cookie as a jar keeps it: plain JSON. */
export interface Cookie {
  readonly name: string;
  readonly value: string;
  /** Lower case, without a leading dot. */
  readonly domain: string;
  /** Sent to this very host alone, not to hosts below it. */
  readonly hostOnly: boolean;
  readonly path: string;
  /** Sent over https alone. */
  readonly secure: boolean;
  readonly httpOnly: boolean;
  /** Wall time in ms since the epoch; null lasts as long as the session. */
  readonly expires: number | null;
  /** When it was first set, in ms since the epoch: cookies with equally long paths are sent in this order. */
  readonly created: number;
}

/** Longer than a browser takes: name and value together (RFC 6265bis, 5.6). */
const LONGEST_COOKIE = 4_096;
/** Attributes that are longer are ignored (RFC 6265bis, 5.6). */
const LONGEST_ATTRIBUTE = 1_024;

/**
 * Reads one Set-Cookie header that came from `url` (RFC 6265, 5.2 and 5.3), or undefined when it must not be kept:
 * another host's domain, a domain without a dot, a Secure cookie over http, a broken `__Host-` or `__Secure-` promise
 * (RFC 6265bis, 5.7). There is no list of public suffixes: `Domain=co.uk` from a host below it is believed.
 * @param now wall time in ms since the epoch.
 */
export function parseSetCookie(header: string, url: URL, now: number): Cookie | undefined {
  const [pair = '', ...rest] = header.split(';');
  const equals = pair.indexOf('=');
  const name = pair.slice(0, Math.max(equals, 0)).trim();
  const value = pair.slice(equals + 1).trim();
  // A control character would let a cookie write headers of its own.
  if (name === '' || name.length + value.length > LONGEST_COOKIE || /[\0-\x08\x0a-\x1f\x7f]/.test(pair)) {
    return undefined;
  }
  const attributes = readAttributes(rest);
  const domain = domainOf(attributes.get('domain') ?? '', url.hostname);
  if (domain === undefined) return undefined;
  const path = attributes.get('path');
  const cookie: Cookie = {
    name,
    value,
    ...domain,
    path: path?.startsWith('/') === true ? path : defaultPath(url.pathname),
    secure: attributes.has('secure'),
    httpOnly: attributes.has('httponly'),
    expires: expiryOf(attributes, now),
    created: now,
  };
  return keepsItsPromises(cookie, url, path) ? cookie : undefined;
}

/** Whether `path` of a request lies in `cookiePath` (RFC 6265, 5.1.4). */
export function pathMatches(path: string, cookiePath: string): boolean {
  if (path === cookiePath) return true;
  return path.startsWith(cookiePath) && (cookiePath.endsWith('/') || path[cookiePath.length] === '/');
}

/** Whether `host` is `domain` or lies below it (RFC 6265, 5.1.3). */
export function domainMatches(host: string, domain: string): boolean {
  return host === domain || (host.endsWith(`.${domain}`) && isIP(host) === 0);
}

/** The last attribute of a name wins. */
function readAttributes(parts: readonly string[]): Map<string, string> {
  const attributes = new Map<string, string>();
  for (const part of parts) {
    const equals = part.indexOf('=');
    const name = (equals < 0 ? part : part.slice(0, equals)).trim().toLowerCase();
    const value = equals < 0 ? '' : part.slice(equals + 1).trim();
    if (value.length <= LONGEST_ATTRIBUTE) attributes.set(name, value);
  }
  return attributes;
}

function domainOf(attribute: string, host: string): { domain: string; hostOnly: boolean } | undefined {
  const domain = attribute.replace(/^\./, '').toLowerCase();
  if (domain === '' || domain === host) return { domain: host, hostOnly: domain === '' || isAlone(host) };
  return domainMatches(host, domain) && !isAlone(domain) ? { domain, hostOnly: false } : undefined;
}

/** Nothing can lie below an address or `localhost`, and everything lies below `com`. */
function isAlone(domain: string): boolean {
  return !domain.includes('.') || isIP(domain) !== 0;
}

/** RFC 6265, 5.1.4. */
function defaultPath(path: string): string {
  const end = path.lastIndexOf('/');
  return end <= 0 ? '/' : path.slice(0, end);
}

/** Max-Age wins over Expires (RFC 6265, 5.3); a Max-Age of 0 or less ends the cookie. */
function expiryOf(attributes: ReadonlyMap<string, string>, now: number): number | null {
  const maxAge = attributes.get('max-age');
  if (maxAge !== undefined && /^-?\d+$/.test(maxAge)) {
    const seconds = Number(maxAge);
    return seconds <= 0 ? 0 : Math.min(now + seconds * 1_000, Number.MAX_SAFE_INTEGER);
  }
  return parseCookieDate(attributes.get('expires') ?? '');
}

function keepsItsPromises(cookie: Cookie, url: URL, path: string | undefined): boolean {
  const name = cookie.name.toLowerCase();
  if (cookie.secure && url.protocol !== 'https:') return false;
  if (name.startsWith('__secure-') && !cookie.secure) return false;
  return !name.startsWith('__host-') || (cookie.secure && cookie.hostOnly && path === '/');
}
