import { closeSync, copyFileSync, fstatSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { HoldfastError } from '../../src/model/error.ts';
import type { IntegrityFinding } from '../../src/store/port.ts';
import { openPlain } from '../../src/store/sqlite/database.ts';
import type { Connection } from '../../src/store/sqlite/database.ts';
import { openReader } from '../../src/store/sqlite/sqlite-store.ts';
import { dump, dumpWords, isStructureDamaged } from './dump.ts';
import { randomOf } from './random.ts';
import type { Random } from './random.ts';
import { makeSampleStore } from './sample-store.ts';

/** What became of many flipped bits. */
export interface Flips {
  readonly seed: number;
  readonly flips: number;
  /** The content is another one, or cannot be read. */
  readonly harmful: number;
  /** Harmful ones that `verify` found and named. */
  readonly found: number;
  /** The content is the same, but SQLite itself finds the structure damaged. */
  readonly structural: number;
  /** Nothing that anybody reads has changed. */
  readonly harmless: number;
  /** Harmful ones that were not found, and harmless ones that raised an alarm: what was flipped. */
  readonly missed: readonly string[];
  readonly falseAlarms: readonly string[];
  /** How many flips hit each table or the file. */
  readonly places: Readonly<Record<string, number>>;
}

/** Flips single bits in copies of a small store, half by SQL and half in the bytes of the file, and verifies each. */
export async function flipBits(
  folder: string,
  options: { readonly flips: number; readonly seed: number },
): Promise<Flips> {
  const { flips, seed } = options;
  const random = randomOf(seed);
  const [whole, copy] = [join(folder, 'whole.db'), join(folder, 'flipped.db')];
  await makeSampleStore(whole);
  const before = dump(whole);
  const words = dumpWords(whole);
  const alarms = await findings(whole);
  if (before.content === null || words === null || alarms.length > 0)
    throw new Error(`the sample is not whole: ${JSON.stringify(alarms)}`);
  const sum = { harmful: 0, found: 0, structural: 0, harmless: 0 };
  const [missed, falseAlarms]: [string[], string[]] = [[], []];
  const places: Record<string, number> = {};
  for (let flip = 0; flip < flips; flip += 1) {
    for (const suffix of ['', '-wal', '-shm']) rmSync(`${copy}${suffix}`, { force: true });
    copyFileSync(whole, copy);
    const { what, table } = flip % 2 === 0 ? flipRow(copy, random) : flipByte(copy, random, flip % 4 === 1);
    places[table] = (places[table] ?? 0) + 1;
    const named = (await findings(copy)).filter(({ key, problem }) => key !== '' && problem !== '');
    const after = dump(copy);
    const isIndexHarmed = after.packed !== before.packed && dumpWords(copy) !== words;
    if (after.content !== before.content || isIndexHarmed) {
      sum.harmful += 1;
      if (named.length > 0) sum.found += 1;
      else missed.push(what);
    } else if (isStructureDamaged(copy)) sum.structural += 1;
    else {
      sum.harmless += 1;
      if (named.length > 0) falseAlarms.push(`${what}: ${JSON.stringify(named[0])}`);
    }
  }
  return { seed, flips, ...sum, missed, falseAlarms, places };
}

/** All findings; a store that refuses to open says which file is damaged. */
export async function findings(file: string): Promise<readonly IntegrityFinding[]> {
  const found: IntegrityFinding[] = [];
  try {
    const reader = openReader({ file });
    try {
      for await (const finding of reader.verify()) found.push(finding);
    } finally {
      await reader.close();
    }
  } catch (error) {
    if (!(error instanceof HoldfastError)) throw error;
    found.push({ what: 'file', key: file, problem: error.message });
  }
  return found;
}

interface Flipped {
  readonly what: string;
  readonly table: string;
}

const SKIPPED = /^(search|sqlite_|links$)/;

/** Flips a bit of a random column of a random row. */
function flipRow(file: string, random: Random): Flipped {
  const db = openPlain(file);
  try {
    const tables = db
      .all("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
      .map((row) => String(row['name']))
      .filter((name) => !SKIPPED.test(name) && db.arrays(`SELECT 1 FROM ${name} LIMIT 1`).length > 0);
    for (;;) {
      const table = tables[random(tables.length)] ?? '';
      const what = flipColumn(db, table, random);
      if (what !== null) return { what, table };
    }
  } finally {
    db.close();
  }
}

/** Null when the value has no bits, or the flipped one is refused as a second row of its key. */
function flipColumn(db: Connection, table: string, random: Random): string | null {
  const columns = db.all(`PRAGMA table_info(${table})`);
  const names = columns.map((row) => String(row['name']));
  const keys = columns.filter((row) => row['pk'] !== 0).map((row) => String(row['name']));
  const rows = db.arrays(`SELECT ${names.join(', ')} FROM ${table}`);
  const row = rows[random(rows.length)] ?? [];
  const column = random(names.length);
  const name = names[column] ?? '';
  const flipped = flipValue(row[column], random);
  if (flipped === null) return null;
  const where = (keys.length > 0 ? keys : names).map((key) => `${key} IS ?`).join(' AND ');
  const value = typeof row[column] === 'string' ? 'CAST(? AS TEXT)' : '?';
  const values = (keys.length > 0 ? keys : names).map((key) => row[names.indexOf(key)]);
  try {
    db.run(`UPDATE ${table} SET ${name} = ${value} WHERE ${where}`, flipped, ...(values as string[]));
  } catch {
    return null;
  }
  return `${table}.${name} of ${String(values[0])}`;
}

function flipValue(value: unknown, random: Random): bigint | Uint8Array | null {
  if (typeof value === 'bigint') return value ^ (1n << BigInt(random(40)));
  const bytes =
    typeof value === 'string' ? Buffer.from(value) : value instanceof Uint8Array ? Buffer.from(value) : null;
  if (bytes === null || bytes.length === 0) return null;
  flipBit(bytes, random(bytes.length * 8));
  return bytes;
}

/** So many bytes in a row that are all zero hold nothing. */
const EMPTY = 16;

/** Flips a bit of a random byte of the file; every other time one where something is written, since most of it is empty. */
function flipByte(file: string, random: Random, anywhere: boolean): Flipped {
  const descriptor = openSync(file, 'r+');
  try {
    const bits = fstatSync(descriptor).size * 8;
    let bit = random(bits);
    while (!anywhere && isEmpty(descriptor, Math.floor(bit / 8))) bit = random(bits);
    const byte = Buffer.alloc(1);
    readSync(descriptor, byte, 0, 1, Math.floor(bit / 8));
    flipBit(byte, bit % 8);
    writeSync(descriptor, byte, 0, 1, Math.floor(bit / 8));
    return { what: `bit ${bit % 8} of byte ${Math.floor(bit / 8)} of the file`, table: 'file' };
  } finally {
    closeSync(descriptor);
  }
}

function isEmpty(descriptor: number, at: number): boolean {
  const near = Buffer.alloc(EMPTY);
  readSync(descriptor, near, 0, EMPTY, Math.floor(at / EMPTY) * EMPTY);
  return near.every((byte) => byte === 0);
}

function flipBit(bytes: Buffer, bit: number): void {
  const index = Math.floor(bit / 8);
  bytes[index] = (bytes[index] ?? 0) ^ (1 << (bit % 8));
}
