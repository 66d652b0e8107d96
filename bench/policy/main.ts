/**
 * What a policy costs per call, beside its peers: time, bytes and what is retained after a million calls.
 *
 *   npm ci --prefix bench && npm run bench:policy     exit code 5 when a gate is missed
 *   npm run bench:policy -- --calls 20000 --processes 1 --retained 100000
 *
 * Each row is a process of its own, several times over, in turns: other rows neither train nor spoil its code. A
 * process gives its quickest round; printed are the median of the processes and their spread.
 */
import { spawnSync } from 'node:child_process';
import { cpus, release, type as system } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { Timed } from './child/main.ts';
import { cases } from './cases.ts';
import { gates } from './gates.ts';
import type { Row } from './gates.ts';

const { values } = parseArgs({
  options: {
    calls: { type: 'string', default: '100000' },
    rounds: { type: 'string', default: '7' },
    processes: { type: 'string', default: '3' },
    retained: { type: 'string', default: '1000000' },
    only: { type: 'string', default: '' },
  },
});
const child = fileURLToPath(new URL('child/main.ts', import.meta.url));

function main(): number {
  const cpu = `${cpus().length} × ${cpus()[0]?.model ?? 'processor'}`;
  console.log(`${new Date().toISOString()}  Node ${process.version}  ${system()} ${release()}, ${cpu}\n`);
  const chosen = cases
    .map((row, index) => ({ row, index }))
    .filter(({ row }) => row.group.includes(values.only));
  const timed = new Map<number, Timed[]>(chosen.map(({ index }) => [index, []]));
  for (let turn = 0; turn < Number(values.processes); turn += 1) {
    for (const { index } of chosen) timed.get(index)?.push(run(index, values.calls, values.rounds));
  }
  const rows = chosen.map(({ row, index }): Row => {
    const all = (timed.get(index) ?? []).toSorted((a, b) => a.ns - b.ns);
    const [first, middle, last] = [all[0], all[Math.floor(all.length / 2)], all.at(-1)];
    if (first === undefined || middle === undefined || last === undefined)
      throw new Error('nothing was measured');
    const bytes = Math.max(...all.map((each) => each.bytes));
    const retained = run(index, values.retained, '0', 'retained').retained ?? 0;
    return { ...row, ns: middle.ns, least: first.ns, most: last.ns, bytes, retained };
  });
  print(rows);
  const verdicts = gates(rows);
  for (const { met, text } of verdicts) console.log(`${met ? 'REACHED' : 'NOT REACHED'}  ${text}`);
  return verdicts.every(({ met }) => met) ? 0 : 5;
}

function run(...args: readonly (string | number)[]): Timed {
  const flags = [
    '--expose-gc',
    '--min-semi-space-size=64',
    '--max-semi-space-size=64',
    '--no-warnings',
    child,
    ...args.map(String),
  ];
  const { status, stdout, stderr } = spawnSync(process.execPath, flags, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`a row failed: ${stderr}`);
  return JSON.parse(stdout) as Timed;
}

function print(rows: readonly Row[]): void {
  let group = '';
  for (const row of rows.toSorted((a, b) => a.group.localeCompare(b.group))) {
    if (row.group !== group)
      console.log(`\n${row.group.padEnd(34)}  ns/call  (spread)        B/call  retained`);
    group = row.group;
    const spread = `(${row.least.toFixed(0)}–${row.most.toFixed(0)})`.padEnd(14);
    const kib = `${(row.retained / 1024).toFixed(0)} KiB`;
    console.log(
      `${row.name.padEnd(34)}  ${row.ns.toFixed(0).padStart(7)}  ${spread}  ${row.bytes.toFixed(0).padStart(6)}  ${kib.padStart(8)}`,
    );
  }
  console.log();
}

process.exitCode = main();
