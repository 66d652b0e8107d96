import { InvalidOptionError } from '../errors.ts';

/** Milliseconds, or text such as `"250ms"`, `"90s"`, `"15m"`, `"6h"`, `"30d"`. */
export type Duration = number | string;

const UNITS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** Whether a value is a length of time in ms: a finite number >= 0. What a program has computed may be none. */
export function isTime(ms: unknown): ms is number {
  return typeof ms === 'number' && Number.isFinite(ms) && ms >= 0;
}

/**
 * A duration in milliseconds.
 * @param field name of the option, for the error.
 * @throws InvalidOptionError (`ERR_INVALID_OPTION`) unless it is a finite number >= 0 or text of the known form.
 */
export function parseDuration(value: unknown, field: string): number {
  if (isTime(value)) return value;
  if (typeof value === 'string') {
    const match = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(value.trim());
    const unit = UNITS[match?.[2] ?? ''];
    const ms = Number(match?.[1]) * (unit ?? Number.NaN);
    if (Number.isFinite(ms)) return ms;
  }
  throw new InvalidOptionError(
    field,
    `must be milliseconds or a duration such as "250ms", "90s", "15m", "6h" or "30d", not ${describeValue(value)}`,
  );
}

/** A duration for people: its two largest units, rounded, such as `1h 5m` or `250ms`. */
export function formatDuration(ms: number): string {
  if (!Number.isFinite(ms) || ms < 0) return String(ms);
  const whole = Math.round(ms);
  if (whole < 1_000) return `${whole}ms`;
  const units: readonly (readonly [string, number])[] = [
    ['d', 86_400_000],
    ['h', 3_600_000],
    ['m', 60_000],
    ['s', 1_000],
  ];
  const largest = units.findIndex(([, size]) => whole >= size);
  const step = units[largest + 1]?.[1] ?? 1_000;
  let left = Math.round(whole / step) * step;
  const parts: string[] = [];
  for (const [name, size] of units) {
    const count = Math.floor(left / size);
    left -= count * size;
    if (count > 0) parts.push(`${count}${name}`);
  }
  return parts.join(' ');
}

function describeValue(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.slice(0, 40));
  if (typeof value === 'number') return String(value);
  return value === null ? 'null' : typeof value;
}
