/**
 * What other harvesters lost, named by `audit --input`: `node drill/audit-input/main.ts`. Each harvester meets each
 * fault of the measured matrix in a simulated repository; Holdfast harvests the same one, and its audit of what the
 * harvester left must name exactly the records that are not in it.
 */
import { parseArgs } from 'node:util';
import { inOrder } from '../in-order.ts';
import { faults } from './faults.ts';
import { peers } from './peers.ts';
import { play, type Result } from './play.ts';

const USAGE = `Faults by harvesters: what each lost, and whether audit --input names exactly that.

  --only TEXT    rows whose "fault peer" contains TEXT; may be repeated
  --records N    in the repository (500), in pages of a fifth
  --seed N       decides every record (1)
  --json         one array of rows instead of the table

Exit codes: 0 all valid, 5 a row is invalid, 4 a row is unknown (its fault did not fire), 2 usage.
`;

const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort(signal));
process.exitCode = await main();

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      only: { type: 'string', multiple: true, default: [] },
      records: { type: 'string', default: '500' },
      seed: { type: 'string', default: '1' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const records = Number(values.records);
  const rows = faults
    .flatMap((fault) => peers.map((peer) => ({ fault, peer })))
    .filter(
      ({ fault, peer }) =>
        values.only.length === 0 || values.only.some((text) => `${fault} ${peer.name}`.includes(text)),
    );
  if (values.help || rows.length === 0 || !(records >= 10)) {
    process.stdout.write(USAGE);
    return values.help ? 0 : 2;
  }
  const options = {
    seed: Number(values.seed),
    records,
    pageSize: Math.ceil(records / 5),
    signal: stop.signal,
  };
  if (!values.json) print(line(['fault', 'harvester', 'exit', 'kept', 'lost', 'named', 'verdict']));
  const results: Result[] = [];
  for await (const result of inOrder(rows, 2, ({ fault, peer }) => play(fault, peer, options))) {
    results.push(result);
    if (!values.json) show(result);
  }
  if (values.json) print(JSON.stringify(results, null, 2));
  else foot(results);
  if (results.some(({ verdict }) => verdict === 'invalid')) return 5;
  return results.some(({ verdict }) => verdict === 'unknown') ? 4 : 0;
}

function show({ fault, peer, exit, kept, lost, named, verdict, silent, findings }: Result): void {
  const ended = `${String(exit ?? '-')}${silent ? ' *' : ''}`;
  print(line([fault, peer, ended, String(kept), String(lost), String(named), verdict]));
  for (const finding of findings) print(`    ${finding}`);
}

function foot(results: readonly Result[]): void {
  const count = (test: (result: Result) => boolean): number => results.filter(test).length;
  print('');
  print(`* lost records and reported success: ${String(count(({ silent }) => silent))} rows`);
  const verdicts = ['valid', 'invalid', 'unknown', 'not-covered'] as const;
  print(verdicts.map((name) => `${String(count(({ verdict }) => verdict === name))} ${name}`).join(', '));
}

function line(cells: readonly string[]): string {
  const widths = [29, 15, 9, 6, 6, 7, 11];
  return cells
    .map((cell, index) => cell.padEnd(widths[index] ?? 0))
    .join('')
    .trimEnd();
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
