import { parseHttpDate, RETRY_AFTER_LIMIT_MS } from './retry-after.ts';

/** Against what times in headers are measured. */
export interface RateLimitReference {
  /** Wall time in ms since the epoch. */
  readonly now: number;
  /** The response's Date header; preferred over `now`. Default: that of the headers. */
  readonly date?: string | null;
}

/** Reads one header, or undefined; whatever the case of its name. */
export type ReadHeader = (name: string) => string | undefined;

const SECOND = 1_000;
/** A reset of this and above is a time since the epoch: as seconds the year 2001, as milliseconds too. */
const EPOCH_SECONDS = 1e9;
const EPOCH_MS = 1e12;

/** Held to what is believed of a Retry-After: not negative, at most 24 hours. Rounded up: a limit is never undercut. */
export function believedMs(ms: number): number {
  return Math.min(Math.max(Math.ceil(ms), 0), RETRY_AFTER_LIMIT_MS);
}

/** A number that is written plainly, such as `12` or `1.5`; null for what is negative, absent or not understood. */
export function plainNumber(text: string | undefined): number | null {
  const value = /^\s*(\d{1,20}(?:\.\d{1,20})?)\s*$/.exec(text ?? '')?.[1];
  return value === undefined ? null : Number(value);
}

/** Seconds from now, with a fraction. */
export function secondsMs(text: string | undefined): number | null {
  const seconds = plainNumber(text);
  return seconds === null ? null : believedMs(seconds * SECOND);
}

/** What different services mean by "reset": seconds from now, seconds or milliseconds since the epoch, a date. */
export function resetMs(text: string | undefined, sentAt: number): number | null {
  const value = plainNumber(text);
  if (value === null) return untilDateMs(text, sentAt);
  if (value >= EPOCH_MS) return believedMs(value - sentAt);
  return believedMs(value >= EPOCH_SECONDS ? value * SECOND - sentAt : value * SECOND);
}

/** An RFC 3339 or an HTTP date, from now. */
export function untilDateMs(text: string | undefined, sentAt: number): number | null {
  const trimmed = (text ?? '').trim();
  const until = parseHttpDate(trimmed, sentAt) ?? parseRfc3339(trimmed);
  return until === null ? null : believedMs(until - sentAt);
}

const GO_UNITS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  ms: 1,
  s: SECOND,
  m: 60 * SECOND,
  h: 3_600 * SECOND,
};

/** `1s`, `6m0s`, `20ms`: durations as Go writes them; or plain seconds. */
export function goDurationMs(text: string | undefined): number | null {
  const trimmed = (text ?? '').trim();
  if (trimmed.length > 64 || !/^(?:\d+(?:\.\d+)?(?:ns|us|µs|ms|s|m|h))+$/.test(trimmed))
    return secondsMs(trimmed);
  let ms = 0;
  for (const [, count, unit] of trimmed.matchAll(/(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h)/g)) {
    ms += Number(count) * (GO_UNITS[unit ?? ''] ?? 0);
  }
  return believedMs(ms);
}

const RFC_3339 =
  /^(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?:[Zz]|([+-])(\d\d):(\d\d))$/;

/** RFC 3339, 5.6, in ms since the epoch; null for days and hours that do not exist. */
function parseRfc3339(text: string): number | null {
  const match = RFC_3339.exec(text);
  if (match === null) return null;
  const [, year, month, day, hour, minute, second] = match.map(Number);
  if (year === undefined || month === undefined || day === undefined) return null;
  if (hour === undefined || minute === undefined || second === undefined) return null;
  const midnight = new Date(Date.UTC(year, month - 1, day));
  const dayExists = midnight.getUTCMonth() === month - 1 && midnight.getUTCDate() === day;
  // 60 is a leap second.
  if (!dayExists || hour > 23 || minute > 59 || second > 60) return null;
  const fractionMs = Number(`0.${match[7] ?? '0'}`) * SECOND;
  const offsetMs = (Number(match[9] ?? 0) * 60 + Number(match[10] ?? 0)) * 60 * SECOND;
  const local = midnight.getTime() + ((hour * 60 + minute) * 60 + second) * SECOND + fractionMs;
  return match[8] === '-' ? local + offsetMs : local - offsetMs;
}
