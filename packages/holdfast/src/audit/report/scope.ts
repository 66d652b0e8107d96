import { addDays, dayOf, startOf, type Day } from '../../model/day.ts';
import type { SourceFacts } from './facts.ts';

/** The days about which a source has to answer, both included. */
export interface Scope {
  readonly first: Day;
  readonly last: Day;
  readonly days: number;
  /** Each of its days and its place, in their order: reckoned once, since thousands of windows and gaps ask. */
  readonly places: ReadonlyMap<Day, number>;
}

/** From the source's first day to its upstream's day; null as long as nothing was planned. */
export function scopeOf({
  from,
  upstreamDay,
  windows,
}: Pick<SourceFacts, 'from' | 'upstreamDay' | 'windows'>): Scope | null {
  const first = earliest([...(from === null ? [] : [from]), ...windows.map((window) => window.from)]);
  if (first === null) return null;
  const last = lastDay(windows, upstreamDay) ?? first;
  const bounded = last < first ? first : last;
  const places = placesFrom(first, bounded);
  return { first, last: bounded, days: places.size, places };
}

/** A source that was given an end has no tail: its last window ends it. */
function lastDay(windows: SourceFacts['windows'], upstreamDay: Day | null): Day | null {
  const open = windows.filter(({ to }) => to === null).map(({ from }) => from);
  if (open.length > 0 || windows.length === 0) return upstreamDay ?? open.toSorted().at(-1) ?? null;
  const ends = windows.map(({ from, to }) => addDays(to ?? from, -1)).toSorted();
  return ends.at(-1) ?? null;
}

function earliest(days: readonly Day[]): Day | null {
  return days.toSorted()[0] ?? null;
}

const DAY_MS = 86_400_000;

function placesFrom(first: Day, last: Day): ReadonlyMap<Day, number> {
  const places = new Map<Day, number>();
  const end = startOf(last);
  for (let at = startOf(first); at <= end; at += DAY_MS) places.set(dayOf(at), places.size);
  return places;
}

/** The place of a day in the scope; what lies outside counts on the nearest day, so that nothing is left out. */
export function placeOf(day: Day, { first, days, places }: Scope): number {
  return places.get(day) ?? (day < first ? 0 : days - 1);
}

/** The places that a half-open range covers, from and to (exclusive); an empty one when it lies outside. */
export function placesOf(
  { from, to }: { readonly from: Day; readonly to: Day | null },
  { first, days, places }: Scope,
): { readonly begin: number; readonly end: number } {
  const bound = (day: Day): number => places.get(day) ?? (day < first ? 0 : days);
  return { begin: bound(from), end: to === null ? days : bound(to) };
}
