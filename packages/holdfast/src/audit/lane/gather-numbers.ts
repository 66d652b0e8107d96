import type { AuditRun } from '../../model/audit.ts';
import { addDays, type Day } from '../../model/day.ts';
import type { DenseNumbers } from '../../sources/inventory.ts';
import type { AuditPorts } from '../port.ts';
import type { Gathered } from './event.ts';
import { settledHoles } from './holes.ts';
import { progressOf, type DensityStep, type SeriesPart } from './progress.ts';

/** Records are read in portions: short ones first, since most series end within them. */
const PORTION = { first: 1_000, most: 10_000 };
/** Behind the last number that is known of a series that is over, so many are asked for. */
const BEYOND = 5;
/** A series is over so many days after its last one: papers are announced days after they were sent in. */
const MODERATION_DAYS = 7;
/** Behind every character of an identifier. */
const LAST = '\uffff';

/** The numbers of a series, at most `room`, that ought to exist and that nobody listed; `part` null: there is no series any more. */
export async function gatherNumbers(
  run: AuditRun,
  step: DensityStep,
  dense: DenseNumbers,
  ports: AuditPorts,
  room: number,
): Promise<Gathered> {
  const part = step.again[0] ?? (step.ended ? null : await nextSeries(step.series, run, dense, ports));
  if (part === null) return { type: 'gathered', part, numbers: [], more: false, largest: 0, witnesses: [] };
  const known = await knownNumbers(part.series, run, dense, ports);
  const wanted = candidates(run, part, known, dense);
  return {
    type: 'gathered',
    part,
    numbers: wanted.slice(0, room),
    more: wanted.length > room,
    largest: known.largest,
    witnesses: known.witnesses.map((number) => dense.id(part.series, number)),
  };
}

interface KnownNumbers {
  readonly numbers: ReadonlySet<number>;
  /** The largest of which a record is stamped within the range: all before it were given out by then. */
  readonly settled: number;
  readonly largest: number;
  readonly witnesses: readonly [number, number];
}

function candidates(
  run: AuditRun,
  { series, above, reach }: SeriesPart,
  known: KnownNumbers,
  dense: DenseNumbers,
): readonly number[] {
  const { to } = dense.days(series);
  const asked = settledHoles(progressOf(run).holes[series], to, run.range.to);
  const isOver = addDays(to, MODERATION_DAYS) <= run.range.to;
  const end = isOver ? known.largest + BEYOND + reach : known.settled;
  const wanted: number[] = [];
  for (let number = above + 1; number <= end; number += 1)
    if (!known.numbers.has(number) && !asked.has(number)) wanted.push(number);
  return wanted;
}

/** The numbers of a series that are here, or are known to be missing. */
async function knownNumbers(
  series: string,
  run: AuditRun,
  dense: DenseNumbers,
  { source, store }: AuditPorts,
): Promise<KnownNumbers> {
  const numbers = new Set<number>();
  let [settled, largest, first] = [0, 0, 0];
  for await (const { id, datestamp } of heldAfter(`${series}.`, source.id, store)) {
    const place = dense.place(id);
    if (place?.series !== series) break;
    numbers.add(place.number);
    if (first === 0) first = place.number;
    largest = Math.max(largest, place.number);
    if (datestamp < run.range.to) settled = Math.max(settled, place.number);
  }
  const last = largest;
  for (const gap of await store.gaps(source.id)) {
    const place = gap.id === null ? null : dense.place(gap.id);
    if (place?.series === series) numbers.add(place.number);
  }
  return { numbers, settled, largest, witnesses: [first, last] };
}

/** The next series of which all numbers lie in the range; null when there is none. */
async function nextSeries(
  series: string,
  run: AuditRun,
  dense: DenseNumbers,
  { source, store }: AuditPorts,
): Promise<SeriesPart | null> {
  const earliest = source.streams[0]?.earliest ?? null;
  const isWhole = earliest !== null && run.range.from <= earliest;
  for (let after = series === '' ? '' : `${series}.${LAST}`; ;) {
    const [next] = await store.held(source.id, { after, limit: 1 });
    const place = next === undefined ? null : dense.place(next.id);
    if (place === null) return null;
    if (isWhole || beginsWithin(dense.days(place.series).from, run))
      return { series: place.series, above: 0, reach: 0 };
    after = `${place.series}.${LAST}`;
  }
}

function beginsWithin(day: Day, { range }: AuditRun): boolean {
  return day >= range.from && day < range.to;
}

async function* heldAfter(
  start: string,
  source: string,
  store: AuditPorts['store'],
): AsyncGenerator<{ readonly id: string; readonly datestamp: string }> {
  let after = start;
  for (let limit = PORTION.first; ; limit = Math.min(2 * limit, PORTION.most)) {
    const portion = await store.held(source, { after, limit });
    yield* portion;
    const last = portion.at(-1);
    if (last === undefined || portion.length < limit) return;
    after = last.id;
  }
}
