import type { Category, SafeToReplay, Verdict } from '../../classify/verdict.ts';

/** One row of the table of Chromium's network errors. */
export interface NetErrorRule {
  /** Names without `net::ERR_`; one that ends in `*` is the start of a name. */
  readonly names: readonly string[];
  readonly category: Category;
  readonly scope: 'call' | 'auth' | 'none';
  readonly safeToReplay: SafeToReplay;
}

/** Chromium's `net::ERR_*`: failures of one navigation. None of them means that the browser is lost. */
export const NET_ERROR_RULES: readonly NetErrorRule[] = [
  {
    names: [
      'CONNECTION_REFUSED',
      'CONNECTION_FAILED',
      'INTERNET_DISCONNECTED',
      'ADDRESS_UNREACHABLE',
      'PROXY_CONNECTION_FAILED',
      'TUNNEL_CONNECTION_FAILED',
    ],
    category: 'network',
    scope: 'call',
    safeToReplay: 'yes',
  },
  {
    names: [
      'CONNECTION_RESET',
      'CONNECTION_CLOSED',
      'CONNECTION_ABORTED',
      'NETWORK_CHANGED',
      'NETWORK_IO_SUSPENDED',
      'EMPTY_RESPONSE',
      'INVALID_RESPONSE',
      'INVALID_HTTP_RESPONSE',
      'RESPONSE_HEADERS_TRUNCATED',
      'CONTENT_LENGTH_MISMATCH',
      'CONTENT_DECODING_FAILED',
      'INCOMPLETE_CHUNKED_ENCODING',
      'HTTP2_*',
      'QUIC_*',
    ],
    category: 'network',
    scope: 'call',
    safeToReplay: 'unknown',
  },
  {
    names: ['NAME_NOT_RESOLVED', 'NAME_RESOLUTION_FAILED', 'DNS_*'],
    category: 'dns',
    scope: 'call',
    safeToReplay: 'yes',
  },
  { names: ['CONNECTION_TIMED_OUT'], category: 'timeout', scope: 'call', safeToReplay: 'yes' },
  { names: ['TIMED_OUT'], category: 'timeout', scope: 'call', safeToReplay: 'unknown' },
  // A wrong clock, as after waking up, makes every certificate look expired.
  { names: ['CERT_DATE_INVALID'], category: 'tls', scope: 'call', safeToReplay: 'yes' },
  { names: ['CERT_*', 'SSL_*'], category: 'tls', scope: 'call', safeToReplay: 'no' },
  {
    names: ['INSUFFICIENT_RESOURCES', 'OUT_OF_MEMORY', 'FILE_NO_SPACE'],
    category: 'local',
    scope: 'none',
    safeToReplay: 'unknown',
  },
  // Chromium follows twenty; a login page that sends to itself is the usual reason.
  { names: ['TOO_MANY_REDIRECTS'], category: 'auth-expired', scope: 'auth', safeToReplay: 'unknown' },
  {
    names: ['UNSAFE_PORT', 'INVALID_URL', 'UNKNOWN_URL_SCHEME', 'DISALLOWED_URL_SCHEME', 'BLOCKED_BY_*'],
    category: 'permanent',
    scope: 'call',
    safeToReplay: 'no',
  },
  // Another navigation took over, a download began, or the page was crashed on purpose: no failure by itself.
  { names: ['ABORTED'], category: 'cancelled', scope: 'none', safeToReplay: 'no' },
];

/**
 * The verdict on the first `net::ERR_*` in the first line of a text; undefined where there is none or it has no row.
 * The code of the verdict is the whole name, such as `net::ERR_CONNECTION_RESET`.
 */
export function netErrorVerdict(text: string): Verdict | undefined {
  const name = /\bnet::ERR_([A-Z\d_]+)/.exec(text.split('\n', 1)[0] ?? '')?.[1];
  if (name === undefined) return undefined;
  const rule = NET_ERROR_RULES.find(({ names }) => names.some((known) => fits(known, name)));
  if (rule === undefined) return undefined;
  return {
    category: rule.category,
    scope: rule.scope,
    safeToReplay: rule.safeToReplay,
    evidence: 'message',
    code: `net::ERR_${name}`,
  };
}

function fits(known: string, name: string): boolean {
  return known.endsWith('*') ? name.startsWith(known.slice(0, -1)) : known === name;
}
