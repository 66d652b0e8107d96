import { parseRateLimit, readerOf } from './rate-limit-headers.ts';
import type { RateLimitHeaders } from './rate-limit-headers.ts';
import { parseRetryAfter } from './retry-after.ts';
import type { Category, SafeToReplay, Scope, Verdict } from './verdict.ts';

interface StatusRule {
  readonly statuses: readonly number[];
  readonly category: Category;
  readonly scope: Scope;
  readonly safeToReplay: SafeToReplay;
}

/** HTTP statuses that are not what their class says. */
const STATUS_RULES: readonly StatusRule[] = [
  { statuses: [429], category: 'rate-limit', scope: 'call', safeToReplay: 'yes' },
  { statuses: [408, 425], category: 'network', scope: 'call', safeToReplay: 'yes' },
  { statuses: [401, 419, 440], category: 'auth-expired', scope: 'auth', safeToReplay: 'yes' },
];

/** What else `classifyStatus` may know about the response. */
export interface StatusOptions {
  /** The Retry-After header; it makes a 503 a rate limit. */
  readonly retryAfter?: string | null;
  /** Wall time in ms; needed to measure a Retry-After that is a date. */
  readonly now?: number;
  /** The response's Date header; preferred over `now`. */
  readonly date?: string | null;
  /**
   * All headers of the response: Retry-After and Date are read from them where they are not given, and a 429 or 503
   * without a Retry-After waits for the reset of a rate limit of which nothing is left (see `parseRateLimit`).
   */
  readonly headers?: RateLimitHeaders;
}

/**
 * The verdict on an HTTP status, or null for 1xx, 2xx and 3xx. A null proves nothing: whether a 200 is
 * whole is the caller's question. A Retry-After date without `now` or `date` is not measured, nor is the reset of a rate
 * limit.
 */
export function classifyStatus(status: number, options: StatusOptions = {}): Verdict | null {
  if (status < 400) return null;
  const known = withHeaders(options);
  const asked = waitOf(known);
  const exhausted = asked === null && (status === 429 || status === 503) ? untilReset(known) : null;
  const retryAfterMs = asked ?? exhausted;
  const code = `HTTP_${status}`;
  const base = ruleFor(status, exhausted !== null || hasText(known.retryAfter));
  return {
    category: base.category,
    scope: base.scope,
    safeToReplay: base.safeToReplay,
    evidence: 'status',
    code,
    ...(retryAfterMs === null ? {} : { retryAfterMs }),
  };
}

/** `saysWhen`: it says when to come back, which makes a 503 a throttle. */
function ruleFor(status: number, saysWhen: boolean): Pick<Verdict, 'category' | 'scope' | 'safeToReplay'> {
  const known = STATUS_RULES.find((rule) => rule.statuses.includes(status));
  if (known !== undefined) return known;
  if (status === 503 && saysWhen) return { category: 'rate-limit', scope: 'call', safeToReplay: 'yes' };
  return status >= 500
    ? { category: 'network', scope: 'call', safeToReplay: 'unknown' }
    : { category: 'permanent', scope: 'call', safeToReplay: 'no' };
}

function hasText(value: string | null | undefined): boolean {
  return typeof value === 'string' && value.trim() !== '';
}

function withHeaders(options: StatusOptions): StatusOptions {
  if (options.headers === undefined) return options;
  const read = readerOf(options.headers);
  return {
    ...options,
    retryAfter: options.retryAfter ?? read('retry-after') ?? null,
    date: options.date ?? read('date') ?? null,
  };
}

function untilReset({ headers, now, date }: StatusOptions): number | null {
  if (headers === undefined || now === undefined) return null;
  const said = parseRateLimit(headers, { now, ...(date === undefined ? {} : { date }) });
  return said !== null && said.remaining === 0 ? said.resetMs : null;
}

function waitOf({ retryAfter, now, date }: StatusOptions): number | null {
  const reference = now ?? 0;
  const measurable = now !== undefined || typeof date === 'string' || /^\s*\d+\s*$/.test(retryAfter ?? '');
  if (!measurable) return null;
  return (
    parseRetryAfter(retryAfter, { now: reference, ...(date === undefined ? {} : { date }) })?.waitMs ?? null
  );
}
