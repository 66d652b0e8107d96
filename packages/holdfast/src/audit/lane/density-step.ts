import type { AuditRun } from '../../model/audit.ts';
import { addDays, type Day } from '../../model/day.ts';
import type { DenseNumbers, IdentifierInventory } from '../../sources/inventory.ts';
import type { AuditPorts } from '../port.ts';
import { settledHoles } from './holes.ts';
import { newsOf } from './news.ts';
import { progressOf, type DensityStep } from './progress.ts';
import type { AuditEvent } from './event.ts';

/** Records are read in portions of so many. */
const PORTION = 10_000;
/** Behind the last number that is known of a series that is over, so many are asked for. */
const BEYOND = 5;
/** A series is over so many days after its last one: papers are announced days after they were sent in. */
const MODERATION_DAYS = 7;
/** Behind every character of an identifier. */
const LAST = '\uffff';

/** Asks for numbers of the series in hand that ought to exist and that nobody listed, or names the next series. */
export async function densityStep(
  run: AuditRun,
  step: DensityStep,
  { dense }: IdentifierInventory,
  ports: AuditPorts,
  left: number,
): Promise<AuditEvent> {
  if (dense === null) return { type: 'series', next: null };
  if (step.series === '') return { type: 'series', next: await seriesAfter('', run, dense, ports) };
  const known = await knownNumbers(step.series, run, dense, ports);
  const asked = candidates(run, step, known, dense).slice(0, dense.batch - 2);
  if (asked.length === 0) return { type: 'series', next: await seriesAfter(step.series, run, dense, ports) };
  // Two that are here show whether the answer is to be believed.
  const witnesses = [...new Set([known.witness.first, known.witness.last])];
  const ids = [...asked, ...witnesses].map((number) => dense.id(step.series, number));
  const reading = await ports.ask(dense.probe(ids), left);
  if (reading.type !== 'page') return { type: 'failed', why: reading.detail };
  const present = new Set(reading.items.map(({ id }) => dense.place(id)?.number));
  const found = reading.items.filter(({ id, datestamp }) => {
    const number = dense.place(id)?.number;
    return number !== undefined && asked.includes(number) && datestamp < run.range.to;
  });
  const news = await newsOf(found, ports);
  const { missing } = news.length === 0 ? { missing: 0 } : await ports.keep(news);
  return {
    type: 'probed',
    asked,
    present: asked.filter((number) => present.has(number)),
    beyond: asked.some((number) => number > known.largest && present.has(number)),
    believed: witnesses.some((number) => present.has(number)),
    missing,
    today: run.range.to,
  };
}

interface KnownNumbers {
  readonly numbers: ReadonlySet<number>;
  /** The largest of which a record is stamped within the range: all before it were given out by then. */
  readonly settled: number;
  readonly largest: number;
  readonly witness: { readonly first: number; readonly last: number };
}

function candidates(
  run: AuditRun,
  step: DensityStep,
  known: KnownNumbers,
  dense: DenseNumbers,
): readonly number[] {
  const { to } = dense.days(step.series);
  const asked = settledHoles(progressOf(run).holes[step.series], to, run.range.to);
  const isOver = addDays(to, MODERATION_DAYS) <= run.range.to;
  const end = isOver ? known.largest + BEYOND + step.reach : known.settled;
  const wanted: number[] = [];
  for (let number = step.above + 1; number <= end; number += 1)
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
  return { numbers, settled, largest, witness: { first, last } };
}

/** The next series of which all numbers lie in the range; null when there is none. */
async function seriesAfter(
  series: string,
  run: AuditRun,
  dense: DenseNumbers,
  { source, store }: AuditPorts,
): Promise<string | null> {
  const earliest = source.streams[0]?.earliest ?? null;
  const isWhole = earliest !== null && run.range.from <= earliest;
  for (let after = series === '' ? '' : `${series}.${LAST}`; ;) {
    const [next] = await store.held(source.id, { after, limit: 1 });
    const place = next === undefined ? null : dense.place(next.id);
    if (place === null) return null;
    if (isWhole || beginsWithin(dense.days(place.series).from, run)) return place.series;
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
  for (let after = start; ;) {
    const portion = await store.held(source, { after, limit: PORTION });
    yield* portion;
    const last = portion.at(-1);
    if (last === undefined || portion.length < PORTION) return;
    after = last.id;
  }
}
