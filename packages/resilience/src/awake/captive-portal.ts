/** What was seen when a known API was asked. */
export interface PortalEvidence {
  readonly requestedUrl: string;
  /** Where redirects ended. */
  readonly finalUrl?: string;
  /** Left out when there was no answer. */
  readonly status?: number;
  /** Names in lower case. */
  readonly headers?: Readonly<Record<string, string | undefined>>;
  /** The first characters of the body: never kept, only looked at. */
  readonly bodyStart?: string;
  /** The code of the error, when there was no answer. */
  readonly errorCode?: string;
}

const API_TYPES = /\b(?:xml|json)\b/i;

/**
 * Whether a login page of a network, and not the API, seems to have answered: a sentence why, or null. It is a
 * suspicion: retry slowly, do not store the body.
 * @param expected.contentTypes what the API answers with; default XML or JSON.
 */
export function suspectCaptivePortal(
  seen: PortalEvidence,
  expected: { readonly contentTypes?: RegExp } = {},
): string | null {
  const host = hostOf(seen.requestedUrl) ?? seen.requestedUrl;
  if (seen.errorCode === 'ERR_TLS_CERT_ALTNAME_INVALID')
    return `The certificate shown for ${host} is not its own.`;
  // RFC 6585 section 6.
  if (seen.status === 511)
    return `The network asks for a login before it lets ${host} be reached (HTTP 511).`;
  if (looksExpected(seen, expected.contentTypes ?? API_TYPES)) return null;
  const other = redirectedTo(seen);
  if (other !== null) return `The request to ${host} was sent on to another site, ${other}.`;
  if (isOk(seen.status) && isHtml(seen)) return `${host} answered with a web page where data was expected.`;
  return null;
}

/** A final answer of the right kind is believed, wherever it came from: upstreams move. */
function looksExpected(seen: PortalEvidence, types: RegExp): boolean {
  return isOk(seen.status) && types.test(header(seen, 'content-type')) && !isHtml(seen);
}

function isOk(status: number | undefined): boolean {
  return status !== undefined && status >= 200 && status < 300;
}

/** The body decides; without one the header does. Some harvest endpoints send XML as text/html. */
function isHtml(seen: PortalEvidence): boolean {
  const text = (seen.bodyStart ?? '')
    .replace(/^\uFEFF/, '')
    .replace(/^(?:\s+|<\?[^>]*\?>|<!--[^]*?-->)+/, '');
  if (text === '') return /html/i.test(header(seen, 'content-type'));
  return /^(?:<!doctype html|<(?:html|head|body|script|meta)\b)/i.test(text);
}

function redirectedTo(seen: PortalEvidence): string | null {
  const isRedirect = seen.status !== undefined && seen.status >= 300 && seen.status < 400;
  const target = isRedirect ? header(seen, 'location') : seen.finalUrl;
  const to = target === undefined ? null : hostOf(target, seen.requestedUrl);
  const from = hostOf(seen.requestedUrl);
  return to === null || from === null || siteOf(to) === siteOf(from) ? null : to;
}

/** The last two labels of a name; an address as it is. */
function siteOf(host: string): string {
  return /^[\d.]+$|:/.test(host) ? host : host.split('.').slice(-2).join('.');
}

function hostOf(url: string, base?: string): string | null {
  return URL.canParse(url, base) ? new URL(url, base).hostname : null;
}

function header(seen: PortalEvidence, name: string): string {
  return seen.headers?.[name] ?? '';
}
