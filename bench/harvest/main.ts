/**
 * How fast Holdfast harvests over loopback, beside others, in interleaved rounds on one machine.
 *
 *   npm run bench:harvest                      100,000 records, 3 rounds
 *   npm run bench:harvest -- --million         one harvest of a million records: is the memory flat?
 *   npm run bench:harvest -- --polite          how close a polite harvest comes to the least time it can take
 *   npm run bench:harvest -- --records 20000 --rounds 1 --ours
 */
import { cpus, freemem, release, totalmem, type as system } from 'node:os';
import { parseArgs } from 'node:util';
import { cpuOfRecord, median, rate, spread } from './measured.ts';
import type { Measured } from './measured.ts';
import { harvestOurs } from './ours.ts';
import { peers, writeJsonl } from './peers.ts';
import { pace } from './polite.ts';
import { startServer } from './server.ts';

const PAGE_SIZE = 1_000;
const RECORD_BYTES = 2_400;
const MB = 1_000_000;

const { values: options } = parseArgs({
  options: {
    records: { type: 'string', default: '100000' },
    rounds: { type: 'string', default: '3' },
    ours: { type: 'boolean', default: false },
    polite: { type: 'boolean', default: false },
    million: { type: 'boolean', default: false },
  },
});

async function main(): Promise<void> {
  console.log(`${new Date().toISOString()}  Node ${process.version}  ${system()} ${release()}`);
  console.log(
    `${String(cpus().length)} × ${cpus()[0]?.model ?? 'processor'}, ${gigabytes(freemem())} of ${gigabytes(totalmem())} free\n`,
  );
  if (options.polite) await pace();
  else if (options.million) await flatness();
  else await compare(Number(options.records), Number(options.rounds));
}

async function compare(records: number, rounds: number): Promise<void> {
  const server = await startServer({ records, pageSize: PAGE_SIZE, recordBytes: RECORD_BYTES, warm: true });
  const table = new Map<string, Measured[]>();
  const note = (name: string, measured: Measured): void => {
    table.set(name, [...(table.get(name) ?? []), measured]);
    console.log(`  ${name.padEnd(34)} ${String(Math.round(rate(measured)))} records/s`);
  };
  try {
    for (let round = 1; round <= rounds; round += 1) {
      console.log(`round ${String(round)}`);
      await oneRound(server.baseUrl, records, note);
    }
  } finally {
    server.stop();
  }
  print(table);
}

async function oneRound(
  baseUrl: string,
  records: number,
  note: (name: string, measured: Measured) => void,
): Promise<void> {
  const ours = await harvestOurs(baseUrl, records);
  try {
    note('holdfast, first look', ours.first);
    note('holdfast, whole run', ours.whole);
    if (options.ours) return;
    note('JSONL + fdatasync, writing alone', await writeJsonl(ours.folder));
    for (const peer of peers()) {
      if (peer.missing === null) note(peer.name, await peer.harvest(baseUrl, records, ours.folder));
      else console.log(`  ${peer.name}: not covered, ${peer.missing}`);
    }
  } finally {
    ours.clean();
  }
}

function print(table: ReadonlyMap<string, readonly Measured[]>): void {
  console.log('\nmedian (least–greatest)');
  console.log(`${''.padEnd(34)} ${'records/s'.padEnd(26)} ${'CPU µs/record'.padEnd(20)} peak MB`);
  for (const [name, rounds] of table) {
    const peak = Math.max(...rounds.map(({ peakRss }) => peakRss)) / MB;
    console.log(
      `${name.padEnd(34)} ${spread(rounds.map(rate)).padEnd(26)} ${spread(rounds.map(cpuOfRecord)).padEnd(20)} ${peak === 0 ? '–' : peak.toFixed(0)}`,
    );
  }
  const first = table.get('holdfast, first look') ?? [];
  const others = [...table].filter(([name]) => !name.startsWith('holdfast'));
  for (const [name, rounds] of others) {
    const ratios = first.map((ours, index) => rate(ours) / rate(rounds[index] ?? ours));
    console.log(`first look / ${name}: ${median(ratios).toFixed(2)}`);
  }
}

/** Harvests a million records once and shows how the memory of the engine grew. */
async function flatness(): Promise<void> {
  const records = 1_000_000;
  const server = await startServer({ records, pageSize: PAGE_SIZE, recordBytes: RECORD_BYTES, warm: false });
  try {
    const ours = await harvestOurs(server.baseUrl, records);
    ours.clean();
    console.log('records      resident MB (peak of the last tenth)');
    for (const { records: at, rss } of ours.memory)
      console.log(`${String(at).padEnd(12)} ${(rss / MB).toFixed(0)}`);
    const [early, late] = [ours.memory[0]?.rss ?? 0, ours.memory.at(-1)?.rss ?? 0];
    console.log(
      `\ngrowth from the first tenth to the last: ${((late - early) / MB).toFixed(0)} MB, ${((late - early) / 900_000).toFixed(0)} bytes a record`,
    );
    console.log(
      `first look ${Math.round(rate(ours.first)).toLocaleString('en')} records/s, CPU ${cpuOfRecord(ours.first).toFixed(0)} µs/record`,
    );
  } finally {
    server.stop();
  }
}

function gigabytes(bytes: number): string {
  return `${(bytes / 2 ** 30).toFixed(0)} GB`;
}

await main();
