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
}

/**
 * The verdict on an HTTP status, or null for 1xx, 2xx and 3xx. A null proves nothing: whether a 200 is
 * whole is the caller's question. A Retry-After date without `now` or `date` is not measured.
 */
export function classifyStatus(status: number, options: StatusOptions = {}): Verdict | null {
  if (status < 400) return null;
  const retryAfterMs = waitOf(options);
  const code = `HTTP_${status}`;
  const base = ruleFor(status, options.retryAfter);
  return {
    category: base.category,
    scope: base.scope,
    safeToReplay: base.safeToReplay,
    evidence: 'status',
    code,
    ...(retryAfterMs === null ? {} : { retryAfterMs }),
  };
}

function ruleFor(
  status: number,
  retryAfter: string | null | undefined,
): Pick<Verdict, 'category' | 'scope' | 'safeToReplay'> {
  const known = STATUS_RULES.find((rule) => rule.statuses.includes(status));
  if (known !== undefined) return known;
  if (status === 503 && typeof retryAfter === 'string' && retryAfter.trim() !== '') {
    return { category: 'rate-limit', scope: 'call', safeToReplay: 'yes' };
  }
  return status >= 500
    ? { category: 'network', scope: 'call', safeToReplay: 'unknown' }
    : { category: 'permanent', scope: 'call', safeToReplay: 'no' };
}

function waitOf({ retryAfter, now, date }: StatusOptions): number | null {
  const reference = now ?? 0;
  const measurable = now !== undefined || typeof date === 'string' || /^\s*\d+\s*$/.test(retryAfter ?? '');
  if (!measurable) return null;
  return (
    parseRetryAfter(retryAfter, { now: reference, ...(date === undefined ? {} : { date }) })?.waitMs ?? null
  );
}
