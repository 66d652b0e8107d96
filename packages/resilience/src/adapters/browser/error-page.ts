import type { Verdict } from '../../classify/verdict.ts';
import { netErrorVerdict } from './net-error.ts';

/**
 * An expression for a page that Chromium may show instead of what could not be loaded: its name for the error, null
 * when it is another page, since what a driver says of the address may be late.
 */
export const ERROR_PAGE_CODE = `location.protocol === 'chrome-error:'
  ? document.querySelector('.error-code, #error-code')?.textContent ?? '' : null`;

/** Whether a driver says so of the page that it is on. */
export function isErrorPage(url: string): boolean {
  return url.startsWith('chrome-error:');
}

/**
 * The network error that such a page names, as drivers write it: `net::ERR_EMPTY_RESPONSE`. Undefined when it stands
 * for an answer that the server did give, an HTTP status without a body.
 */
export function errorPageName(code: unknown): string | undefined {
  if (typeof code !== 'string') return undefined;
  const name = /\bERR_[A-Z\d_]+/.exec(code)?.[0];
  if (name !== undefined) return `net::${name}`;
  if (code.startsWith('DNS_PROBE_')) return 'net::ERR_NAME_NOT_RESOLVED';
  return /\b[45]\d\d\b/.test(code) ? undefined : 'net::ERR_FAILED';
}

/** What `inspect` says of a call after which such a page is shown: what it loaded, or sent, met a network error. */
export function errorPageVerdict(code: unknown): Verdict | undefined {
  const name = errorPageName(code);
  if (name === undefined) return undefined;
  const known = netErrorVerdict(name);
  if (known !== undefined) return { ...known, evidence: 'probe' };
  return { category: 'network', scope: 'call', safeToReplay: 'unknown', evidence: 'probe', code: name };
}
