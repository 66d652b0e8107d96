/**
 * The fault matrix: `node drill/matrix/main.ts`. Drives the built command line and simulated upstreams as real
 * processes, and counts what came out from the upstreams' ledgers and the product's own answers.
 */
import { faultKinds, faultName } from '../upstream/catalogue.ts';
import { Player } from './play-row.ts';
import { readArguments, usage, type MatrixArguments } from './arguments.ts';
import { inOrder } from '../in-order.ts';
import type { Result } from './result.ts';
import type { Row } from './row.ts';
import { allRows } from './rows/index.ts';
import { foot, head, linesOf } from './table.ts';

/** Two cores: two rows at a time, each with its upstream. */
const AT_ONCE = 2;

/** Whoever read the table has seen enough, or somebody interrupts: everything that was started ends. */
const stop = new AbortController();
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  stop.abort();
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort(signal));

process.exitCode = await main();

async function main(): Promise<number> {
  const parsed = parse();
  if (typeof parsed === 'number') return parsed;
  const rows = await playable(
    allRows(parsed.kind).filter(({ name, group }) => isWanted(name, group, parsed)),
  );
  if (rows.length === 0) return complain(`no row is named ${parsed.only.join(' or ')}; --list names them`);
  if (parsed.list) {
    for (const { name, about } of rows) print(`${name.padEnd(44)} ${about}`);
    return 0;
  }
  try {
    const player = new Player({ seed: parsed.seed, signal: stop.signal });
    if (!parsed.json) print(head());
    const results: Result[] = [];
    for await (const result of inOrder(rows, AT_ONCE, (row) => player.play(row))) {
      results.push(result);
      if (!parsed.json) for (const line of linesOf(result)) print(line);
    }
    if (parsed.json) print(JSON.stringify(results, null, 2));
    else for (const line of foot(results, parsed.seed)) print(line);
    return exitCode(results);
  } catch (error) {
    if (stop.signal.aborted) return typeof stop.signal.reason === 'string' ? 130 : 0;
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    return 1;
  }
}

function parse(): MatrixArguments | number {
  try {
    const parsed = readArguments(process.argv.slice(2));
    if (parsed !== 'help') return parsed;
    process.stdout.write(usage);
    return 0;
  } catch (error) {
    return complain(error instanceof Error ? error.message : String(error));
  }
}

function complain(sentence: string): number {
  process.stderr.write(`${sentence}\n`);
  return 2;
}

function isWanted(name: string, group: string, { only }: MatrixArguments): boolean {
  return only.length === 0 || only.some((text) => group === text || name.includes(text));
}

/** Rows whose faults the simulator of their kind can play. */
async function playable(rows: readonly Row[]): Promise<readonly Row[]> {
  const known = await faultKinds(stop.signal);
  return rows.filter(({ upstreams }) =>
    upstreams.every(({ kind, faults }) =>
      faults.every((fault) => known.get(faultName(fault))?.includes(kind) ?? true),
    ),
  );
}

function exitCode(results: readonly Result[]): number {
  if (results.some(({ verdict }) => verdict === 'invalid')) return 5;
  return results.some(({ verdict }) => verdict === 'unknown') ? 4 : 0;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
