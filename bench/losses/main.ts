/**
 * `npm run bench:losses`: what harvesters keep of a list in which one fault strikes once, and whether they say so.
 * Each cell is a process of its own against a simulated upstream of its own. Exit 5 when Holdfast loses a record or
 * hides one; what others do is printed, never judged.
 */
import { readFileSync } from 'node:fs';
import { cpus, release, type as system } from 'node:os';
import { parseArgs, type ParseArgsOptionsConfig } from 'node:util';
import { inOrder } from '../../drill/in-order.ts';
import { faults } from './faults.ts';
import { harvesterFrom, harvesters } from './harvesters.ts';
import { htmlOf } from './html.ts';
import { play, type Cell } from './play.ts';
import { tableOf, type Frame } from './table.ts';

const HELP = `What harvesters keep of a list in which one fault strikes once.

  --with NAME=COMMAND   another harvester that prints JSON lines with "identifier"; {url} is the repository
  --only TEXT           faults or harvesters whose name holds this text
  --records N           records in the list, five pages (5000)
  --patience S          seconds until a harvester is taken for hanging (40)
  --seed N              repeats an earlier run (printed)
  --json                every cell as JSON
  --html                a table for docs/guide/comparison.html
  --from FILE           shows what an earlier run printed with --json, and plays nothing
`;

const OPTIONS = {
  with: { type: 'string', multiple: true, default: [] },
  only: { type: 'string', default: '' },
  records: { type: 'string', default: '5000' },
  patience: { type: 'string', default: '40' },
  seed: { type: 'string', default: String(Date.now() % 1_000_000) },
  json: { type: 'boolean', default: false },
  html: { type: 'boolean', default: false },
  from: { type: 'string' },
  help: { type: 'boolean', default: false },
} satisfies ParseArgsOptionsConfig;

type Values = ReturnType<typeof parseArgs<{ options: typeof OPTIONS }>>['values'];

/** What a run came to, and what `--json` prints. */
interface Played extends Frame {
  readonly cells: readonly Cell[];
}

async function main(): Promise<number> {
  const { values } = parseArgs({ options: OPTIONS });
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const { cells, ...frame } =
    values.from === undefined
      ? await playAll(values)
      : (JSON.parse(readFileSync(values.from, 'utf8')) as Played);
  if (values.json) process.stdout.write(`${JSON.stringify({ ...frame, cells }, null, 2)}\n`);
  else if (values.html) process.stdout.write(htmlOf(cells, frame));
  else process.stdout.write(`${tableOf(cells, frame).join('\n')}\n`);
  const ours = cells.filter(({ harvester }) => harvester.startsWith('holdfast'));
  return ours.some(({ silent, kept }) => silent || kept < frame.records) ? 5 : 0;
}

async function playAll(values: Values): Promise<Played> {
  const [records, patience, seed] = [Number(values.records), Number(values.patience), Number(values.seed)];
  const all = [...harvesters, ...values.with.map(harvesterFrom)];
  const pairs = faults
    .flatMap((fault) => all.map((harvester) => ({ fault, harvester })))
    .filter(({ fault, harvester }) => harvester.kind === 'oai-pmh' || fault.api)
    .filter(
      ({ fault, harvester }) => fault.fault.includes(values.only) || harvester.name.includes(values.only),
    );
  const stop = new AbortController();
  process.once('SIGINT', () => stop.abort(new Error('interrupted')));
  const cells: Cell[] = [];
  const options = { records, patienceMs: patience * 1000, seed, signal: stop.signal };
  for await (const cell of inOrder(pairs, 2, (pair) => play(pair, options))) {
    cells.push(cell);
    process.stderr.write(
      `${String(cells.length)} of ${String(pairs.length)}: ${cell.fault}, ${cell.harvester}\n`,
    );
  }
  const machine = `${system()} ${release()}, ${cpus()[0]?.model ?? 'unknown processor'}`;
  return { at: new Date().toISOString(), node: process.version, machine, seed, records, cells };
}

process.exitCode = await main();
