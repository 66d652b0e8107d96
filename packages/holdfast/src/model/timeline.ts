import type { Day } from './day.ts';
import type { SourceStateName } from './event.ts';

/** Slots of one day in full resolution: five minutes each. */
export const SLOTS_PER_DAY = 288;
/** Length of a slot, ms. */
export const SLOT_MS = 300_000;

/** How one source did over a UTC day: a letter per slot (`TIMELINE_LETTERS`), `.` where nothing is known. */
export interface TimelineDay {
  readonly source: string;
  readonly day: Day;
  /** 288 letters; 24 (an hour each) once the day was rolled up. */
  readonly slots: string;
}

/** The letter of each state; from the worst to the best: a slot keeps the worst that it saw. */
export const TIMELINE_LETTERS: Readonly<Record<SourceStateName, string>> = {
  blocked: 'b',
  'auth-needed': 'a',
  stale: 's',
  throttled: 't',
  waiting: 'w',
  offline: 'f',
  asleep: 'z',
  'catching-up': 'c',
  ok: 'o',
  paused: 'p',
  disabled: 'd',
};

/** Nothing is known: no engine ran. */
export const UNKNOWN_SLOT = '.';

const ORDER = `${Object.values(TIMELINE_LETTERS).join('')}${UNKNOWN_SLOT}`;

/** The worse of two letters. */
export function worseSlot(a: string, b: string): string {
  return ORDER.indexOf(a) <= ORDER.indexOf(b) ? a : b;
}

/** Full slots rolled up into hours, each with the worst letter of its hour; what is rolled up already stays. */
export function rollUpSlots(slots: string): string {
  if (slots.length !== SLOTS_PER_DAY) return slots;
  const perHour = SLOTS_PER_DAY / 24;
  return Array.from({ length: 24 }, (_, hour) =>
    Array.from(slots.slice(hour * perHour, (hour + 1) * perHour)).reduce(worseSlot, UNKNOWN_SLOT),
  ).join('');
}
