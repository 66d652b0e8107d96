/**
 * How fast lines of arXiv's snapshot are imported, against writing the same rows as JSON lines with one fdatasync for
 * every 500, in turns in one run.
 *
 *   npm run bench:import                          1,000,000 rows; exit code 5 when the ratio is below 0.35
 *   npm run bench:import -- --rows 100000 --rounds 5 --seed 7
 *   npm run bench:import -- --kills 50            SIGKILL at random moments, resumed, compared (needs a build);
 *                                                 60,000 rows unless --rows tells otherwise
 *   npm run bench:import -- --records 3000000     imports, indexes and searches once, and prints the times
 */
import {
  closeSync,
  createWriteStream,
  fdatasyncSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { systemClock } from '@holdfast/resilience/clock';
import { runImport } from '../../packages/holdfast/src/engine/import/run-import.ts';
import { openStore } from '../../packages/holdfast/src/store/sqlite/index.ts';
import type { ImportProgress } from '../../packages/holdfast/src/model/import.ts';
import type { Store } from '../../packages/holdfast/src/store/port.ts';
import { killImports } from '../../drill/kill/kill-imports.ts';
import { lineOf, randomOf } from './make-lines.ts';

const GATE = 0.35;
const BATCH = 500;

const { values } = parseArgs({
  options: {
    rows: { type: 'string' },
    rounds: { type: 'string', default: '5' },
    seed: { type: 'string', default: '1' },
    folder: { type: 'string', default: tmpdir() },
    kills: { type: 'string' },
    records: { type: 'string' },
  },
});

interface Round {
  readonly reference: number;
  readonly imported: number;
}

async function main(): Promise<number> {
  const [rows, rounds, seed] = [Number(values.rows ?? 1_000_000), Number(values.rounds), Number(values.seed)];
  const folder = mkdtempSync(join(values.folder, 'holdfast-import-'));
  console.log(
    `Node ${process.version}; ${String(rows)} rows in ${String(rounds)} rounds, seed ${String(seed)}`,
  );
  const store = await openStore({ file: join(folder, 'store.db'), clock: systemClock });
  const results: Round[] = [];
  let peak = 0;
  const watch = setInterval(() => (peak = Math.max(peak, process.memoryUsage.rss())), 100);
  try {
    const size = Math.floor(rows / rounds);
    for (let round = 0; round < rounds; round += 1) {
      const file = join(folder, `part-${String(round)}.jsonl`);
      await writeLines(file, seed, round * size, size);
      const reference = writeReference(file, join(folder, 'reference.jsonl'), size);
      const imported = await importPart(store, file, size);
      results.push({ reference, imported });
      console.log(
        `round ${String(round + 1)}: JSONL ${rate(reference)}, import ${rate(imported)}, ratio ${(imported / reference).toFixed(2)}`,
      );
      rmSync(file);
    }
  } finally {
    clearInterval(watch);
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  }
  return report(results, peak);
}

async function writeLines(file: string, seed: number, from: number, count: number): Promise<void> {
  const out = createWriteStream(file);
  for (let n = from; n < from + count; n += BATCH) {
    const last = Math.min(from + count, n + BATCH);
    const lines = Array.from({ length: last - n }, (_, index) => lineOf(seed, n + index));
    if (!out.write(`${lines.join('\n')}\n`)) await once(out, 'drain');
  }
  out.end();
  await once(out, 'close');
}

/** Rows per second; reading the rows is not counted, making their lines and keeping these is. */
function writeReference(from: string, to: string, count: number): number {
  const out = openSync(to, 'w');
  let ms = 0;
  let us = 0;
  for (const rows of batchesOf(from)) {
    const start = performance.now();
    const cpu = process.threadCpuUsage();
    let text = '';
    for (const row of rows) text += `${JSON.stringify(row)}\n`;
    writeSync(out, text);
    fdatasyncSync(out);
    ms += performance.now() - start;
    const used = process.threadCpuUsage(cpu);
    us += used.user + used.system;
  }
  console.log(`  processor time per row of the reference: ${(us / count).toFixed(1)} µs`);
  closeSync(out);
  rmSync(to);
  return (count / ms) * 1_000;
}

function* batchesOf(file: string): Iterable<readonly unknown[]> {
  const bytes = readFileSync(file);
  let rows: unknown[] = [];
  for (let from = 0; from < bytes.length;) {
    const end = bytes.indexOf(10, from);
    rows.push(JSON.parse(bytes.toString('utf8', from, end)));
    from = end + 1;
    if (rows.length < BATCH && from < bytes.length) continue;
    yield rows;
    rows = [];
  }
}

async function importPart(
  store: Store,
  path: string,
  count: number,
  onProgress?: (progress: ImportProgress) => void,
): Promise<number> {
  const [start, all, own] = [performance.now(), process.cpuUsage(), process.threadCpuUsage()];
  const world = { config: { sources: [] }, store, clock: systemClock, uniqueId: () => crypto.randomUUID() };
  const { signal } = new AbortController();
  const summary = await runImport(world, {
    path,
    source: null,
    signal,
    ...(onProgress === undefined ? {} : { onProgress }),
  });
  const ms = performance.now() - start;
  const [total, main] = [process.cpuUsage(all), process.threadCpuUsage(own)];
  const perRow = (us: number): string => (us / count).toFixed(1);
  console.log(
    `  processor time per row: ${perRow(main.user + main.system)} µs in this thread, ${perRow(total.user + total.system - main.user - main.system)} µs in the others`,
  );
  if (summary.added !== count)
    throw new Error(`${String(summary.added)} of ${String(count)} rows were added`);
  return (count / ms) * 1_000;
}

function report(results: readonly Round[], peak: number): number {
  const median = (list: readonly number[]): number =>
    list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)] ?? 0;
  const reference = median(results.map((each) => each.reference));
  const imported = median(results.map((each) => each.imported));
  const ratio = median(results.map((each) => each.imported / each.reference));
  console.log(`\nJSONL + fdatasync  ${rate(reference)}\nimport             ${rate(imported)}`);
  console.log(
    `ratio              ${ratio.toFixed(2)} (at least ${String(GATE)})\nmemory at most     ${(peak / 2 ** 20).toFixed(0)} MB`,
  );
  const reached = ratio >= GATE;
  console.log(
    `${reached ? 'REACHED' : 'NOT REACHED'}: ${ratio.toFixed(2)} of the speed of JSONL + fdatasync`,
  );
  return reached ? 0 : 5;
}

function rate(perSecond: number): string {
  return `${Math.round(perSecond).toLocaleString('en')} rows/s`;
}

/** Imports so many lines at once, makes them ready for search and asks. */
async function importAndSearch(records: number): Promise<number> {
  const folder = mkdtempSync(join(values.folder, 'holdfast-import-'));
  const store = await openStore({ file: join(folder, 'store.db'), clock: systemClock });
  try {
    const file = join(folder, 'all.jsonl');
    await writeLines(file, Number(values.seed), 0, records);
    console.log(`${String(records)} lines are written`);
    const begun = performance.now();
    const timed = async (what: string, work: () => Promise<unknown>): Promise<void> => {
      const start = performance.now();
      await work();
      console.log(`${what}: ${((performance.now() - start) / 1_000).toFixed(1)} s`);
    };
    const told = everyTenth(records);
    await timed(`import of ${String(records)} records`, () =>
      importPart(store, file, records, ({ added }) => told('imported', added)),
    );
    const ready = everyTenth(records);
    await timed('made ready for search', async () => {
      for (let left = records; left > 0;) {
        left = await store.index(5_000);
        ready('ready for search', records - left);
      }
    });
    let found = 0;
    await timed('a search', async () => {
      found = (await store.search('neutrino')).length;
    });
    const seconds = ((performance.now() - begun) / 1_000).toFixed(0);
    console.log(
      found > 0
        ? `REACHED: ${String(records)} records imported and searchable in ${seconds} s`
        : 'NOT REACHED: the search found nothing',
    );
    return found > 0 ? 0 : 5;
  } finally {
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Says each tenth of a whole once. */
function everyTenth(whole: number): (what: string, done: number) => void {
  let told = 0;
  return (what, done) => {
    const tenth = Math.floor((10 * done) / whole);
    if (tenth > told) console.log(`  ${String(tenth * 10)} % ${what}`);
    told = Math.max(told, tenth);
  };
}

async function kill(kills: number): Promise<number> {
  const folder = mkdtempSync(join(values.folder, 'holdfast-import-'));
  const seed = Number(values.seed);
  const rows = Number(values.rows ?? 60_000);
  const onKill = (done: number): void => console.log(`  ${String(done)} of ${String(kills)}`);
  const { hits, problems } = await killImports(folder, { kills, rows, random: randomOf(seed), onKill });
  const what = `${String(hits)} kills amidst an import of ${String(rows)} rows, seed ${String(seed)}`;
  const reached = problems.length === 0 && hits > 0;
  if (reached) {
    rmSync(folder, { recursive: true, force: true });
    console.log(`REACHED: ${what}: nothing lost, nothing doubled`);
    return 0;
  }
  console.log(`NOT REACHED: ${what}: ${problems.join('; ') || 'no kill hit'}\nLook at ${folder}`);
  return 5;
}

if (values.kills !== undefined) process.exitCode = await kill(Number(values.kills));
else if (values.records !== undefined) process.exitCode = await importAndSearch(Number(values.records));
else process.exitCode = await main();
