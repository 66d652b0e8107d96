/** `holdfast drill`: breaks what can break around a harvest of simulated upstreams, and counts what came of it. */
import { writeFileSync } from 'node:fs';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readArguments, USAGE, type DrillArguments } from './arguments.ts';
import { choose } from './catalogue/index.ts';
import type { Row } from './judge.ts';
import { PRODUCT } from './product/run-command.ts';
import { exitCodeOf, summarise, type Report } from './report/report.ts';
import { footOf, linesOf } from './report/terminal.ts';
import { run } from './runner.ts';

/** Whoever read the table has seen enough, or somebody interrupts: everything that was started ends. */
const stop = new AbortController();
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  stop.abort('EPIPE');
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort(signal));

process.exitCode = await main();

async function main(): Promise<number> {
  let wanted: DrillArguments | 'help';
  try {
    wanted = readArguments(process.argv.slice(2));
  } catch (error) {
    return complain(error instanceof Error ? error.message : String(error));
  }
  if (wanted === 'help') {
    process.stdout.write(USAGE);
    return 0;
  }
  const faults = choose(wanted.only, wanted.size === 'quick');
  if (faults.length === 0 && wanted.only.length > 0)
    return complain(`no row is named ${wanted.only.join(' or ')}; --list names them`);
  if (wanted.list) {
    for (const { name, layer, about } of faults) print(`${layer.padEnd(12)} ${name.padEnd(44)} ${about}`);
    return 0;
  }
  const startedAt = new Date().toISOString();
  const began = performance.now();
  const rows: Row[] = [];
  const report = (): Report => ({
    seed: wanted.seed,
    version: versionOf(PRODUCT),
    rows,
    summary: summarise(rows, {
      size: wanted.size,
      startedAt,
      tookMs: Math.round(performance.now() - began),
      platform: `${process.platform}-${process.arch}`,
      node: process.version,
    }),
  });
  try {
    const say = (text: string): void => void process.stderr.write(`${text}\n`);
    for await (const row of run(faults, { ...wanted, signal: stop.signal, say })) {
      rows.push(row);
      if (!wanted.json) for (const line of linesOf(row)) print(line);
    }
  } catch (error) {
    if (stop.signal.aborted) return stop.signal.reason === 'EPIPE' ? 0 : 130;
    throw error;
  }
  return tell(report(), wanted);
}

function tell(report: Report, { json, html, junit }: DrillArguments): number {
  if (json) print(JSON.stringify(report, null, 2));
  else for (const line of footOf(report)) print(line);
  if (html !== null) writeFileSync(html, '');
  if (junit !== null) writeFileSync(junit, '');
  return exitCodeOf(report);
}

function versionOf(product: string): string {
  return (JSON.parse(readFileSync(join(product, 'package.json'), 'utf8')) as { version: string }).version;
}

function complain(sentence: string): number {
  process.stderr.write(`${sentence}\n`);
  return 2;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
