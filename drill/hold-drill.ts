import { readFileSync } from 'node:fs';
import { availableParallelism, release, totalmem, type as system } from 'node:os';
import { join } from 'node:path';
import { UsageError, type DrillArguments } from './arguments.ts';
import { catalogue, choose } from './catalogue/index.ts';
import type { Fault } from './fault.ts';
import type { Row } from './judge.ts';
import { nearest } from './near.ts';
import { PRODUCT } from './product/run-command.ts';
import { tryFiles, writeFiles } from './report/files.ts';
import { footOf } from './report/foot.ts';
import { Progress } from './report/progress.ts';
import { remember } from './report/remember.ts';
import { exitCodeOf, summarise, type Report } from './report/report.ts';
import { styleOf, takesColours, takesEscapes } from './report/style.ts';
import { RowPrinter } from './report/terminal.ts';
import { run } from './runner.ts';

/** Plays what was asked for and tells of it; gives the exit code. @throws UsageError */
export async function holdDrill(wanted: DrillArguments, signal: AbortSignal): Promise<number> {
  const faults = chosen(wanted);
  if (wanted.list) return list(faults, wanted.json);
  tryFiles(wanted);
  const startedAt = new Date().toISOString();
  const began = performance.now();
  const { ended, interrupted } = await playAll(faults, wanted, signal);
  if (signal.reason === 'EPIPE') return 0;
  const report: Report = {
    seed: wanted.seed,
    version: versionOf(PRODUCT),
    rows: ended,
    summary: summarise(ended, {
      size: wanted.size,
      interrupted,
      requireAll: requiresAll(),
      startedAt,
      tookMs: Math.round(performance.now() - began),
      platform: `${process.platform}-${process.arch}`,
      node: process.version,
      machine: machine(),
    }),
  };
  return tell(report, wanted);
}

function chosen({ only, size }: DrillArguments): readonly Fault[] {
  const names = [...catalogue.map(({ name }) => name), ...new Set(catalogue.map(({ layer }) => layer))];
  for (const word of only) {
    if (choose([word], false).length > 0) continue;
    const near = nearest(word, names).map((name) => JSON.stringify(name));
    throw new UsageError(
      `No row or layer is named ${JSON.stringify(word)}.`,
      `${near.length === 0 ? '' : `Did you mean ${near.join(' or ')}? `}holdfast drill --list --full names them all.`,
    );
  }
  return choose(only, size === 'quick');
}

function list(faults: readonly Fault[], json: boolean): number {
  if (json) {
    const rows = faults.map(({ name, layer, about, holds, quick, missing }) => {
      return { name, layer, about, holds, quick, missing: missing?.() ?? null };
    });
    print(JSON.stringify(rows, null, 2));
  } else
    for (const { name, layer, about } of faults) print(`${layer.padEnd(12)} ${name.padEnd(44)} ${about}`);
  return 0;
}

interface PlayedAll {
  /** In the order of the catalogue. */
  readonly ended: readonly Row[];
  readonly interrupted: boolean;
}

/** Plays all rows and prints each in its order; after an interruption, also those whose turn had not come. */
async function playAll(
  faults: readonly Fault[],
  wanted: DrillArguments,
  signal: AbortSignal,
): Promise<PlayedAll> {
  const { env } = process;
  const progress = new Progress({
    write: (text) => void process.stderr.write(text),
    isLive: takesEscapes({ isTTY: process.stderr.isTTY, env }),
    columns: () => process.stderr.columns,
    total: faults.length,
    now: () => performance.now(),
  });
  const style = styleOf(takesColours({ isTTY: process.stdout.isTTY, env }));
  const printer = new RowPrinter({ columns: process.stdout.columns, style });
  const printed: Row[] = [];
  const waiting = new Set<Row>();
  const show = (row: Row): void => {
    waiting.delete(row);
    printed.push(row);
    progress.clear();
    if (!wanted.json) for (const line of printer.linesOf(row)) print(line);
  };
  try {
    for await (const row of run(faults, {
      ...wanted,
      signal,
      // Where everything is demanded, as in CI, nothing is left out for want of time.
      isBounded: wanted.size === 'quick' && wanted.only.length === 0 && !requiresAll(),
      onBegin: ({ name }) => progress.begin(name),
      onSay: ({ name }, text) => progress.say(name, text),
      onEnd: (row) => {
        progress.end(row.name);
        waiting.add(row);
      },
    }))
      show(row);
  } catch (error) {
    if (!signal.aborted) throw error;
    for (const row of waiting) show(row);
    return { ended: printed, interrupted: true };
  } finally {
    progress.stop();
  }
  return { ended: printed, interrupted: false };
}

function tell(report: Report, wanted: DrillArguments): number {
  const { json, html } = wanted;
  let code = exitCodeOf(report);
  try {
    writeFiles(report, wanted);
  } catch (error) {
    process.stderr.write(`holdfast drill: the report cannot be written: ${(error as Error).message}\n`);
    if (code === 0) code = 1;
  }
  remember(report, wanted);
  if (json) print(JSON.stringify(report, null, 2));
  else {
    const { stdout, env } = process;
    const style = styleOf(takesColours({ isTTY: stdout.isTTY, env }));
    const further =
      wanted.only.length > 0 ? 0 : catalogue.length - choose([], wanted.size === 'quick').length;
    for (const line of footOf(report, { columns: stdout.columns, style, html, further })) print(line);
  }
  return code;
}

function requiresAll(): boolean {
  return process.env['HOLDFAST_REQUIRE_ALL'] === '1';
}

function versionOf(product: string): string {
  return (JSON.parse(readFileSync(join(product, 'package.json'), 'utf8')) as { version: string }).version;
}

function machine(): string {
  const gigabytes = (totalmem() / 1024 ** 3).toFixed(1);
  return `${system()} ${release()} ${process.arch}, ${String(availableParallelism())} cores, ${gigabytes} GiB`;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
