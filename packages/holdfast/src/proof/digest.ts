import type { Day } from '../model/day.ts';
import { isDay } from '../model/day.ts';
import { HoldfastError } from '../model/error.ts';
import type { HeldRecord, StoreReader } from '../store/port.ts';
import { TallyCount } from './tally.ts';

const PAGE = 2000;

/** The records of a source whose latest version has its datestamp on one day. */
export interface DayDigest {
  readonly source: string;
  readonly day: Day;
  readonly records: number;
  /** Lower-case hex SHA-256 over the line of each record's latest version, in the order of the ids' bytes. */
  readonly hash: string;
}

/** Which days; keys left out do not narrow it. Both days are included. */
export interface DigestRange {
  readonly source?: string;
  readonly from?: Day;
  readonly to?: Day;
}

/** Digests of a store, by source and day. Memory: a page of records and one hash a day, however many records. */
export async function* digestDays(reader: StoreReader, range: DigestRange = {}): AsyncIterable<DayDigest> {
  const ids = (await reader.sources()).map(({ id }) => id).toSorted(byText);
  for (const source of ids) {
    if (range.source !== undefined && source !== range.source) continue;
    const days = new Map<Day, TallyCount>();
    for await (const record of heldRecords(reader, source)) {
      const day = record.datestamp.slice(0, 10);
      if (!isWithin(day, range)) continue;
      let count = days.get(day);
      if (!count) days.set(day, (count = new TallyCount()));
      count.add(record.id, [record]);
    }
    for (const day of [...days.keys()].sort(byText)) {
      const { records, hash } = days.get(day)?.tally ?? { records: 0, hash: '' };
      yield { source, day, records, hash };
    }
  }
}

function isWithin(day: Day, { from, to }: DigestRange): boolean {
  return (from === undefined || day >= from) && (to === undefined || day <= to);
}

async function* heldRecords(reader: StoreReader, source: string): AsyncIterable<HeldRecord> {
  for (let after = ''; ;) {
    const page = await reader.held(source, { after, limit: PAGE });
    yield* page;
    const last = page.at(-1);
    if (page.length < PAGE || last === undefined) return;
    after = last.id;
  }
}

function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** A digest as a line of JSON without the line end. */
export function digestLine({ source, day, records, hash }: DayDigest): string {
  return JSON.stringify({ source, day, records, hash });
}

/**
 * Reads what `holdfast digest --json` printed elsewhere.
 * @throws HoldfastError `ERR_USAGE_DIGEST` with the number of the line
 */
export function readDigests(text: string): readonly DayDigest[] {
  return text.split('\n').flatMap((line, index) => (line.trim() === '' ? [] : [readDigest(line, index + 1)]));
}

function readDigest(line: string, number: number): DayDigest {
  const value = parsed(line);
  const { source, day, records, hash } = value;
  if (typeof source === 'string' && typeof day === 'string' && isDay(day))
    if (Number.isSafeInteger(records) && typeof hash === 'string' && /^[0-9a-f]{64}$/.test(hash))
      return { source, day, records: Number(records), hash };
  throw new HoldfastError('ERR_USAGE_DIGEST', `Line ${String(number)} is no digest of a day.`, {
    hint: 'Make the file with `holdfast digest --json` at the other installation.',
  });
}

function parsed(line: string): Partial<Record<keyof DayDigest, unknown>> {
  try {
    return (JSON.parse(line) ?? {}) as Partial<Record<keyof DayDigest, unknown>>;
  } catch {
    return {};
  }
}

/** A day of which two installations hold different records. */
export interface DayDifference {
  readonly source: string;
  readonly day: Day;
  readonly here: { readonly records: number; readonly hash: string } | null;
  readonly there: { readonly records: number; readonly hash: string } | null;
}

/** The days that differ, by source and day. */
export function compareDigests(
  here: readonly DayDigest[],
  there: readonly DayDigest[],
): readonly DayDifference[] {
  const [mine, theirs] = [byKey(here), byKey(there)];
  const keys = [...new Set([...mine.keys(), ...theirs.keys()])].sort(byText);
  return keys.flatMap((key) => {
    const [left, right] = [mine.get(key), theirs.get(key)];
    const named = left ?? right;
    if (!named || (left?.hash === right?.hash && left?.records === right?.records)) return [];
    return [{ source: named.source, day: named.day, here: side(left), there: side(right) }];
  });
}

function byKey(days: readonly DayDigest[]): ReadonlyMap<string, DayDigest> {
  return new Map(days.map((day) => [`${day.source}\n${day.day}`, day]));
}

function side(day: DayDigest | undefined): DayDifference['here'] {
  return day ? { records: day.records, hash: day.hash } : null;
}
