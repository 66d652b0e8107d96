/**
 * Every format of `export` over a large store, with the built command line: rows a second, and how far its memory grows
 * beyond that of the same export of few papers.
 *
 *   npm run bench:export -- --papers 1000000 [--format parquet]
 *
 * Exit code 5 when an export grows by more than 100 MB over the small one, or does not write as many rows.
 */
import { spawn } from 'node:child_process';
import {
  createReadStream,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { makePapers } from './make-papers.ts';

const FORMATS = ['jsonl', 'csv', 'parquet', 'bibtex', 'ris', 'csl-json'] as const;
const GATE_BYTES = 100e6;
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const PRELOAD = fileURLToPath(new URL('peak.ts', import.meta.url));

/** What a row of a text format begins with. */
const ROW: Readonly<Record<string, RegExp>> = {
  jsonl: /^\{/,
  csv: /^\d+,arxiv,/,
  bibtex: /^@/,
  ris: /^TY {2}- /,
  'csl-json': /^\{/,
};

interface Measured {
  readonly seconds: number;
  readonly peak: number;
  readonly bytes: number;
  readonly rows: number | null;
}

const { values } = parseArgs({
  options: { papers: { type: 'string', default: '100000' }, format: { type: 'string' } },
});
const papers = Number(values.papers);
/** Large enough that the collector of garbage has found its pace. */
const SMALL = Math.max(20_000, Math.round(papers / 10));
const chosen = FORMATS.filter((format) => values.format === undefined || values.format === format);

async function main(): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-bench-export-'));
  try {
    const [small, large] = [await makeHome(folder, 'small', SMALL), await makeHome(folder, 'large', papers)];
    console.log(`Node ${process.version}; ${papers} papers, memory beside an export of ${SMALL}\n`);
    console.log('format     rows/s     MB    peak MB   growth MB');
    let isFlat = true;
    for (const format of chosen) {
      const before = await measure(folder, small, format);
      const after = await measure(folder, large, format);
      const growth = after.peak - before.peak;
      isFlat &&= growth <= GATE_BYTES && (after.rows === null || after.rows === papers);
      const columns = [papers / after.seconds, after.bytes / 1e6, after.peak / 1e6, growth / 1e6];
      console.log(`${format.padEnd(9)} ${columns.map((each) => each.toFixed(0).padStart(8)).join('  ')}`);
      if (after.rows !== null && after.rows !== papers) console.log(`  but ${after.rows} rows were written`);
    }
    console.log(isFlat ? '\nevery format is flat' : '\nnot flat');
    return isFlat ? 0 : 5;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function makeHome(folder: string, name: string, count: number): Promise<string> {
  const config = join(folder, `${name}.json`);
  writeFileSync(
    config,
    JSON.stringify({
      dataDir: folder,
      store: `sqlite:${name}.db`,
      sources: [{ id: 'arxiv', kind: 'arxiv' }],
    }),
  );
  const start = performance.now();
  await makePapers(join(folder, `${name}.db`), count);
  const seconds = (performance.now() - start) / 1_000;
  console.log(`a store of ${count} papers: made in ${seconds.toFixed(0)} s`);
  return config;
}

async function measure(folder: string, config: string, format: string): Promise<Measured> {
  const [output, peakFile] = [join(folder, 'output'), join(folder, 'peak')];
  const args = ['--config', config, 'export', '--format', format, '--output', output];
  const start = performance.now();
  const code = await ended(args, peakFile);
  const seconds = (performance.now() - start) / 1_000;
  if (code !== 0 || !existsSync(output)) throw new Error(`export --format ${format} ended with ${code}`);
  const row = ROW[format];
  const measured = {
    seconds,
    peak: Number(readFileSync(peakFile, 'utf8')),
    bytes: statSync(output).size,
    rows: row === undefined ? null : await countLines(output, row),
  };
  rmSync(output);
  return measured;
}

function ended(args: readonly string[], peakFile: string): Promise<number | null> {
  const bin = join(ROOT, 'packages/holdfast/dist/cli/main.js');
  const run = `await (await import(${JSON.stringify(bin)})).main(${JSON.stringify(args)})`;
  const child = spawn(process.execPath, ['--import', PRELOAD, '--input-type=module', '--eval', run], {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, HOLDFAST_BENCH_PEAK: peakFile },
  });
  return new Promise((resolve) => child.once('exit', resolve));
}

async function countLines(file: string, row: RegExp): Promise<number> {
  let rows = 0;
  for await (const line of createInterface({ input: createReadStream(file) })) if (row.test(line)) rows += 1;
  return rows;
}

process.exitCode = await main();
