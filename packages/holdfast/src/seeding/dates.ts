import { addDays, dayOf, isDay } from '../model/day.ts';
import type { Day } from '../model/day.ts';

const MONTHS = 'JanFebMarAprMayJunJulAugSepOctNovDec';
const MAIL = /^(?:[A-Z][a-z]{2}, )?(\d{1,2}) ([A-Z][a-z]{2}) (\d{4})/;
const STAMP = /^(\d{4}-\d{2}-\d{2})(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?$/;

/** The UTC day of a date as data sets write it: ISO, `Mon, 2 Apr 2007 19:18:42 GMT`, seconds or ms; null otherwise. */
export function dayOfText(text: string | null): Day | null {
  if (text === null) return null;
  const trimmed = text.trim();
  const [, day, month = '', year] = MAIL.exec(trimmed) ?? [];
  const at = month === '' ? -1 : MONTHS.indexOf(month);
  if (day !== undefined && year !== undefined && at >= 0 && at % 3 === 0 && /GMT$|UTC$|\d$/.test(trimmed)) {
    return real(`${year}-${String(at / 3 + 1).padStart(2, '0')}-${day.padStart(2, '0')}`);
  }
  const stamp = STAMP.exec(trimmed)?.[1];
  if (stamp !== undefined) return real(stamp);
  if (/^\d{9,10}(?:\.\d+)?$/.test(trimmed)) return ofInstant(Number(trimmed) * 1_000);
  if (/^\d{12,13}$/.test(trimmed)) return ofInstant(Number(trimmed));
  return /[A-Za-z]{3}/.test(trimmed) ? ofInstant(Date.parse(trimmed)) : null;
}

/** A datestamp as a source would give it: a day or an instant in UTC that exists; null otherwise. */
export function stampOfText(text: string | null): string | null {
  if (text === null || !/^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}:\d{2}(?:\.\d+)?Z)?$/.test(text)) return null;
  return real(text.slice(0, 10)) === null || Number.isNaN(Date.parse(text)) ? null : text;
}

/** A stamp from beyond tomorrow is no stamp of anything that has happened. */
export function isFuture(stamp: string, today: Day): boolean {
  const day = stamp.slice(0, 10);
  return day > today && day > addDays(today, 1);
}

/** Only the last days of a month need the calendar. */
function real(day: string): Day | null {
  const date = day.slice(8);
  const month = day.slice(5, 7);
  const sure = month >= '01' && month <= '12' && date >= '01' && date <= '28';
  return sure || isDay(day) ? day : null;
}

function ofInstant(ms: number): Day | null {
  return Number.isNaN(ms) || ms < 0 || ms > 8.64e15 ? null : dayOf(ms);
}
