/**
 * `npm run bench:store`: rows a second of fresh inserts and of the same rows again, in commits of 500, beside the same
 * rows as JSON lines with one `fdatasync` for each commit, interleaved. `--rows N`, `--rounds N`. Exit 5 below half of
 * the lines' speed.
 */
import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { systemClock } from '../../packages/resilience/src/clock/index.ts';
import { openStore } from '../../packages/holdfast/src/store/sqlite/index.ts';
import type { SqliteStore } from '../../packages/holdfast/src/store/sqlite/index.ts';
// oxlint-disable-next-line holdfast/boundaries -- a bench may use a helper of the tests, as the tests of the store do
import { Harvest, leased, noise, paper } from '../../packages/holdfast/src/store/testing/fixtures.ts';

const BATCH = 500;
const GATE = 0.5;

const { values } = parseArgs({
  options: { rows: { type: 'string', default: '20000' }, rounds: { type: 'string', default: '5' } },
});
const [rows, rounds] = [Number(values.rows), Number(values.rounds)];

type Batch = ReturnType<typeof batchOf>;

/** A page of records of 3.3 KB, as an upstream lists them. */
function batchOf(number: number) {
  const items = Array.from({ length: BATCH }, (_, index) => {
    const id = `2301.${String(number * BATCH + index).padStart(7, '0')}`;
    const abstract = noise(number * BATCH + index, 1350)
      .toString('hex')
      .replace(/(.{7})/g, '$1 ');
    const place = { offset: index * 100, length: 100 };
    const authors = [{ name: 'Ada Lovelace' }, { name: 'Emmy Noether' }];
    return paper({ id, title: `On ${id}`, abstract, authors, categories: ['cs.AI'] }, '2024-01-02', {
      place,
    });
  });
  const lines = items.map(({ fields }) => `${JSON.stringify(fields)}\n`).join('');
  const page = {
    bytes: Buffer.from(lines),
    url: 'http://127.0.0.1/',
    contentType: 'text/xml',
    fetchedAt: number,
  };
  return { items, lines, page };
}

/** Rows for each second of the clock, and for each of the processor: on a busy machine only the latter means much. */
interface Speed {
  readonly clock: number;
  readonly processor: number;
}

async function timed(work: () => Promise<void> | void): Promise<Speed> {
  const [from, used] = [systemClock.monotonic(), process.cpuUsage()];
  await work();
  const { user, system } = process.cpuUsage(used);
  const seconds = (systemClock.monotonic() - from) / 1000;
  return { clock: rows / seconds, processor: rows / ((user + system) / 1e6) };
}

const shown = ({ clock, processor }: Speed): string => `${clock.toFixed()} (${processor.toFixed()})`;

function writeLines(descriptor: number, batches: readonly Batch[]): void {
  for (const { lines } of batches) {
    writeSync(descriptor, lines);
    fdatasyncSync(descriptor);
  }
}

async function commitAll(harvest: Harvest, batches: readonly Batch[], again: string): Promise<void> {
  for (const { items, page } of batches) {
    await harvest.add(items, { page, batchId: `${again}${String(page.fetchedAt)}` });
  }
}

const median = (numbers: readonly number[]): number =>
  [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0;

async function main(store: SqliteStore, folder: string): Promise<number> {
  const harvest = new Harvest(store, await leased(store));
  const descriptor = openSync(join(folder, 'rows.jsonl'), 'w');
  const told: { reference: Speed; fresh: Speed; again: Speed }[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const count = Math.ceil(rows / BATCH);
    const batches = Array.from({ length: count }, (_, index) => batchOf(round * count + index));
    const reference = await timed(() => writeLines(descriptor, batches));
    const fresh = await timed(() => commitAll(harvest, batches, 'fresh'));
    const again = await timed(() => commitAll(harvest, batches, 'again'));
    told.push({ reference, fresh, again });
    console.log(
      `round ${String(round + 1)}: JSONL ${shown(reference)}, store ${shown(fresh)}, again ${shown(again)} rows/s (per second of processor)`,
    );
  }
  closeSync(descriptor);
  const ratio = median(told.map(({ fresh, reference }) => fresh.clock / reference.clock));
  const fresh = median(told.map((each) => each.fresh.processor));
  console.log(
    `Node ${process.version}: the store makes ${ratio.toFixed(2)} of the lines, ${fresh.toFixed()} rows a second of processor (medians)`,
  );
  return ratio >= GATE ? 0 : 5;
}

const folder = mkdtempSync(join(tmpdir(), 'holdfast-bench-store-'));
const store = await openStore({ file: join(folder, 'store.db'), clock: systemClock });
try {
  process.exitCode = await main(store, folder);
} finally {
  await store.close();
  rmSync(folder, { recursive: true });
}
