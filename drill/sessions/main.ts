/** `npm run sessions`: real browsers are struck in the middle of their work; is everything done exactly once? */
import { absent } from './absent.ts';
import { readArguments, USAGE } from './arguments.ts';
import type { SessionsArguments } from './arguments.ts';
import type { Cell } from './cells.ts';
import { missing } from './missing.ts';
import { printRow, printSummary, summaryOf } from './print.ts';
import { runCell } from './run-cell.ts';
import { unplayed } from './row.ts';
import type { Row } from './row.ts';

/** Whoever read the table has seen enough, or somebody interrupts: everything that was started ends. */
const stop = new AbortController();
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  stop.abort();
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stop.abort(signal));

process.exitCode = await main();

async function main(): Promise<number> {
  const parsed = parse();
  if (typeof parsed === 'number') return parsed;
  const { cells, seed, jobs, json } = parsed;
  if (!json) process.stdout.write(`${cells.length} ${cells.length === 1 ? 'row' : 'rows'}, seed ${seed}\n\n`);
  const began = performance.now();
  const rows: Row[] = [];
  await eachAtATime(cells, jobs, async (cell) => {
    const row = await play(cell);
    if (stop.signal.aborted) return;
    rows.push(row);
    if (!json) printRow(row, rows.length, cells.length);
  });
  if (stop.signal.aborted) return typeof stop.signal.reason === 'string' ? 130 : 0;
  const summary = summaryOf(rows, performance.now() - began);
  if (json) process.stdout.write(`${JSON.stringify({ seed, rows, summary }, null, 2)}\n`);
  else printSummary(rows, summary);
  return exitCode(rows);
}

function parse(): SessionsArguments | number {
  try {
    const parsed = readArguments(process.argv.slice(2));
    if (parsed !== 'help') return parsed;
    process.stdout.write(USAGE);
    return 0;
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return 2;
  }
}

async function play(cell: Cell): Promise<Row> {
  const why = absent(cell);
  if (why !== null) return unplayed(cell, 'not-covered', why);
  const lack = missing(cell.driver);
  return lack === null ? await runCell(cell, stop.signal) : unplayed(cell, 'not-covered', `needs ${lack}`);
}

function exitCode(rows: readonly Row[]): number {
  if (rows.some(({ verdict }) => verdict === 'invalid')) return 5;
  return rows.every((row) => row.verdict === 'valid' || absent(row) !== null) ? 0 : 4;
}

async function eachAtATime<I>(
  items: readonly I[],
  jobs: number,
  work: (item: I) => Promise<void>,
): Promise<void> {
  const left = [...items];
  const worker = async (): Promise<void> => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) {
      if (stop.signal.aborted) return;
      await work(item);
    }
  };
  await Promise.all(Array.from({ length: jobs }, worker));
}
