import { dayOf } from '../model/day.ts';
import { SLOT_MS, UNKNOWN_SLOT, worseSlot } from '../model/timeline.ts';
import type { TimelineDay } from '../model/timeline.ts';

/** Length of one letter of `lastDay`, ms. */
export const CELL_MS = 1_800_000;
const CELLS = 48;
const DAY_MS = 86_400_000;

/** The begin of the first of the cells that end with the half-hour of `now`, wall ms. */
export function lastDayFrom(now: number): number {
  return (Math.floor(now / CELL_MS) - CELLS + 1) * CELL_MS;
}

/** The timelines by source: of each the 48 half-hours up to `now`, the worst letter of each. */
export function lastDays(days: readonly TimelineDay[], now: number): ReadonlyMap<string, string> {
  const from = lastDayFrom(now);
  const bySource = new Map<string, Map<string, string>>();
  for (const { source, day, slots } of days) {
    const known = bySource.get(source) ?? new Map<string, string>();
    bySource.set(source, known.set(day, slots));
  }
  const places = Array.from({ length: CELLS }, (_, index) => {
    const at = from + index * CELL_MS;
    return { day: dayOf(at), offset: at % DAY_MS };
  });
  const lines = [...bySource].map(([source, known]) => {
    const cells = places.map(({ day, offset }) => cellAt(known.get(day) ?? '', offset));
    return [source, cells.join('')] as const;
  });
  return new Map(lines);
}

/** A source of which nothing is known. */
export const UNKNOWN_DAY = UNKNOWN_SLOT.repeat(CELLS);

/** The worst letter of the half-hour that begins `offset` ms into the day; an hour's letter where it was rolled up. */
function cellAt(slots: string, offset: number): string {
  if (slots.length === 24) return slots[Math.floor(offset / (2 * CELL_MS))] ?? UNKNOWN_SLOT;
  const first = offset / SLOT_MS;
  let worst = UNKNOWN_SLOT;
  for (const slot of slots.slice(first, first + CELL_MS / SLOT_MS)) worst = worseSlot(worst, slot);
  return worst;
}
