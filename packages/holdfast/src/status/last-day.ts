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
  const first = dayOf(from);
  const bySource = new Map<string, { today: string; yesterday: string }>();
  for (const { source, day, slots } of days) {
    if (day < first) continue;
    const both = bySource.get(source) ?? { today: '', yesterday: '' };
    bySource.set(source, day === first ? { ...both, yesterday: slots } : { ...both, today: slots });
  }
  const skipped = (from % DAY_MS) / CELL_MS;
  return new Map(
    [...bySource].map(([source, { yesterday, today }]) => [
      source,
      (cellsOf(yesterday).slice(skipped) + cellsOf(today)).slice(0, CELLS),
    ]),
  );
}

/** A source of which nothing is known. */
export const UNKNOWN_DAY = UNKNOWN_SLOT.repeat(CELLS);

/** Days that were read before: yesterday's stay as they are, today's change a few times in five minutes. */
const known = new Map<string, string>();
const MOST_KEPT = 2_000;

function cellsOf(slots: string): string {
  const before = known.get(slots);
  if (before !== undefined) return before;
  const cells = readCells(slots);
  if (known.size >= MOST_KEPT) known.clear();
  known.set(slots, cells);
  return cells;
}

/** The half-hours of a whole day, the worst letter of each; an hour's letter twice where it was rolled up. */
function readCells(slots: string): string {
  if (slots === '') return UNKNOWN_DAY;
  if (slots.length === 24) return slots.replaceAll(/./gs, '$&$&');
  const perCell = CELL_MS / SLOT_MS;
  let cells = '';
  for (let at = 0; at < CELLS * perCell; at += perCell) {
    let worst = slots[at] ?? UNKNOWN_SLOT;
    // Most cells hold one letter: only others are compared.
    for (let slot = at + 1; slot < at + perCell; slot += 1) {
      const letter = slots[slot] ?? UNKNOWN_SLOT;
      if (letter !== worst) worst = worseSlot(worst, letter);
    }
    cells += worst;
  }
  return cells;
}
