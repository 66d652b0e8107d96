/** Longest Retry-After that is believed: 24 hours. */
export const RETRY_AFTER_LIMIT_MS: number = 24 * 60 * 60 * 1_000;

/** A Retry-After header, understood. */
export interface RetryAfter {
  /** Wait at least this long; at most 24 hours. */
  readonly waitMs: number;
  /** The header as it came, for people. */
  readonly raw: string;
  /** The upstream asked for more than 24 hours: park that long, then probe once. */
  readonly beyondLimit: boolean;
}

/**
 * Reads a Retry-After header (RFC 9110, 10.2.3): seconds or a date in one of the three HTTP formats.
 * A date is measured against the response's own `Date`, so that a wrong local clock cannot shorten it.
 * Null for what is absent, negative, fractional or not understood; a past date or 0 waits 0 ms.
 */
export function parseRetryAfter(
  value: string | null | undefined,
  reference: { readonly now: number; readonly date?: string | null },
): RetryAfter | null {
  if (value === null || value === undefined) return null;
  const raw = value;
  const text = value.trim();
  const wanted = /^\d+$/.test(text) ? Number(text) * 1_000 : untilDate(text, reference);
  if (wanted === null) return null;
  return {
    waitMs: Math.min(Math.max(wanted, 0), RETRY_AFTER_LIMIT_MS),
    raw,
    beyondLimit: wanted > RETRY_AFTER_LIMIT_MS,
  };
}

function untilDate(
  text: string,
  reference: { readonly now: number; readonly date?: string | null },
): number | null {
  const until = parseHttpDate(text, reference.now);
  if (until === null) return null;
  const sent =
    typeof reference.date === 'string' ? parseHttpDate(reference.date.trim(), reference.now) : null;
  return until - (sent ?? reference.now);
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const TIME = String.raw`(?<hour>\d\d):(?<minute>\d\d):(?<second>\d\d)`;
const MONTH = `(?<month>${MONTHS.join('|')})`;
/** RFC 9110, 5.6.7: IMF-fixdate, RFC 850, asctime. */
const HTTP_DATES: readonly RegExp[] = [
  new RegExp(String.raw`^[A-Z][a-z]{2}, (?<day>\d\d) ${MONTH} (?<year>\d{4}) ${TIME} GMT$`),
  new RegExp(String.raw`^[A-Z][a-z]{5,8}, (?<day>\d\d)-${MONTH}-(?<year>\d\d) ${TIME} GMT$`),
  new RegExp(String.raw`^[A-Z][a-z]{2} ${MONTH} (?<day>[ \d]\d) ${TIME} (?<year>\d{4})$`),
];

/** An HTTP date in ms since the epoch, or null. `now` decides the century of a two-digit year. */
export function parseHttpDate(text: string, now: number): number | null {
  for (const format of HTTP_DATES) {
    const fields = format.exec(text)?.groups;
    if (fields !== undefined) return toEpoch(fields, now);
  }
  return null;
}

function toEpoch(fields: Readonly<Record<string, string>>, now: number): number | null {
  const month = MONTHS.indexOf(fields['month'] ?? '');
  const day = Number(fields['day']);
  const [hour, minute, second] = [fields['hour'], fields['minute'], fields['second']].map(Number);
  if (hour === undefined || minute === undefined || second === undefined) return null;
  const year = fullYear(fields['year'] ?? '', now);
  const dayExists = new Date(Date.UTC(year, month, day)).getUTCDate() === day;
  // 60 is a leap second.
  if (!dayExists || hour > 23 || minute > 59 || second > 60) return null;
  return Date.UTC(year, month, day, hour, minute, second);
}

/** A two-digit year more than 50 years ahead means the past (RFC 9110, 5.6.7). */
function fullYear(text: string, now: number): number {
  if (text.length === 4) return Number(text);
  const current = new Date(now).getUTCFullYear();
  const year = current - (current % 100) + Number(text);
  return year > current + 50 ? year - 100 : year;
}
