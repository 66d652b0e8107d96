/** `npm run sessions`: real browsers are struck in the middle of their work; is everything done exactly once? */
import { parseArgs } from 'node:util';
import { allCells, sample } from './cells.ts';
import type { Cell } from './cells.ts';
import { missing } from './missing.ts';
import { printRow, printSummary } from './print.ts';
import { runCell } from './run-cell.ts';
import { unplayed } from './row.ts';
import type { Row } from './row.ts';

const HELP = `Strikes real sessions of playwright, puppeteer and selenium, and compares with the portal's ledger.

  --only TEXT   only rows whose "driver fault phase" holds all these words
  --sample N    so many rows by chance, each fault at least once
  --seed N      the chance; printed
  --jobs N      rows at a time (default 2)
  --json        rows and summary as JSON

Exit code 5 when a row is invalid, 4 when a fault did not fire or something is not covered.
`;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      only: { type: 'string', default: '' },
      sample: { type: 'string' },
      seed: { type: 'string', default: String(Date.now() % 1_000_000) },
      jobs: { type: 'string', default: '2' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const cells = chosen(values.only, values.sample, Number(values.seed));
  if (!values.json) process.stdout.write(`${cells.length} rows, seed ${values.seed}\n\n`);
  const rows: Row[] = [];
  await eachAtATime(cells, Number(values.jobs), async (cell) => {
    const lack = missing(cell.driver);
    const row = lack === null ? await runCell(cell) : unplayed(cell, 'not-covered', `needs ${lack}`);
    rows.push(row);
    if (!values.json) printRow(row, rows.length, cells.length);
  });
  if (values.json) process.stdout.write(`${JSON.stringify({ seed: Number(values.seed), rows }, null, 2)}\n`);
  else printSummary(rows);
  if (rows.length === 0 || rows.some(({ verdict }) => verdict === 'invalid')) return 5;
  return rows.every(({ verdict }) => verdict === 'valid') ? 0 : 4;
}

function chosen(only: string, size: string | undefined, seed: number): Cell[] {
  const words = only.split(/\s+/).filter((word) => word !== '');
  const cells = allCells().filter(({ driver, fault, phase }) =>
    words.every((word) => `${driver} ${fault} ${phase}`.includes(word)),
  );
  return size === undefined ? cells : sample(cells, Number(size), seed);
}

async function eachAtATime<I>(
  items: readonly I[],
  jobs: number,
  work: (item: I) => Promise<void>,
): Promise<void> {
  const left = [...items];
  const worker = async (): Promise<void> => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: Math.max(1, jobs) }, worker));
}

process.exitCode = await main();
