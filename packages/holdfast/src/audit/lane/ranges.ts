import { addDays, daysBetween, startOf } from '../../model/day.ts';
import type { ClosedRange } from '../../sources/inventory.ts';

const MS_PER_DAY = 86_400_000;

/** The two halves of a range, the older one first; null when it is a single day. */
export function halvesOf({ from, to }: ClosedRange): readonly [ClosedRange, ClosedRange] | null {
  const days = daysBetween(from, to);
  if (days < 2) return null;
  const middle = addDays(from, Math.floor(days / 2));
  return [
    { from, to: middle },
    { from: middle, to },
  ];
}

/** A range cut at the same days whatever its ends are, so that what was learnt of a block holds in the next audit. */
export function blocksOf({ from, to }: ClosedRange, days: number): readonly ClosedRange[] {
  const blocks: ClosedRange[] = [];
  for (let begin = from; begin < to;) {
    const inBlock = Math.floor(startOf(begin) / MS_PER_DAY) % days;
    const end = addDays(begin, days - inBlock);
    blocks.push({ from: begin, to: end < to ? end : to });
    begin = end;
  }
  return blocks;
}
