/**
 * `npm run simulate`: the ingest core under a virtual clock, transport and store, one history a seed.
 * `--seeds N` histories from `--from N` on; `--stop-at-first` for mutants; `--json` prints sums. Exit 5 when an
 * invariant was broken, 4 when something was hardly tried, so that the run is no verdict on it.
 */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { runHistory } from './history.ts';
import { scenarioOf } from './scenario.ts';
import { count, emptyTally, hardlyTried, merge, type Tally } from './tally.ts';

const PROCESSES = 2;

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '5000' },
    from: { type: 'string', default: '1' },
    'stop-at-first': { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});
const seeds = Number(values.seeds);
const from = Number(values.from);

if (values.json) process.stdout.write(`${JSON.stringify(await simulate(from, seeds))}\n`);
else process.exitCode = report(await simulateInProcesses());

async function simulate(first: number, howMany: number): Promise<Tally> {
  const tally = emptyTally();
  for (let seed = first; seed < first + howMany; seed += 1) {
    count(tally, await runHistory(scenarioOf(seed)));
    if (values['stop-at-first'] && tally.violations.length > 0) break;
  }
  return tally;
}

async function simulateInProcesses(): Promise<Tally> {
  const share = Math.ceil(seeds / PROCESSES);
  const parts = Array.from({ length: PROCESSES }, (_, index) => ({
    first: from + index * share,
    howMany: Math.min(share, seeds - index * share),
  }));
  const tallies = await Promise.all(parts.filter(({ howMany }) => howMany > 0).map(child));
  const all = emptyTally();
  for (const tally of tallies) merge(all, tally);
  return all;
}

function child({ first, howMany }: { first: number; howMany: number }): Promise<Tally> {
  const file = fileURLToPath(import.meta.url);
  const flags = [
    '--conditions=@holdfast/source',
    file,
    '--json',
    '--from',
    String(first),
    '--seeds',
    String(howMany),
  ];
  const more = values['stop-at-first'] ? ['--stop-at-first'] : [];
  const running = spawn(process.execPath, [...flags, ...more], { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  running.stdout.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  return new Promise((resolve, reject) => {
    running.on('error', reject);
    running.on('close', (code) => {
      if (code === 0) resolve(JSON.parse(text) as Tally);
      else reject(new Error(`the simulation from seed ${String(first)} ended with ${String(code)}`));
    });
  });
}

function report(tally: Tally): number {
  const lines = Object.entries(tally.histories).map(([kind, number]) => `${kind} ${String(number)}`);
  const faults = Object.values(tally.fired).reduce((sum, each) => sum + each, 0);
  say(`${String(seeds)} seeds from ${String(from)}: ${lines.join(', ')}`);
  say(`${String(tally.crashes)} crashes, ${String(faults)} faults fired, ${String(tally.requests)} requests`);
  for (const { seed, kind, what, faults: armed } of tally.violations) {
    say(`VIOLATION seed ${String(seed)} (${kind}; ${armed.join(' ')}): ${what}`);
    say(`  again: npm run simulate -- --from ${String(seed)} --seeds 1`);
  }
  const unsure = hardlyTried(tally);
  if (unsure.length > 0) say(`unknown, in fewer than 1 % of the histories: ${unsure.join(', ')}`);
  say(`${String(seeds - tally.violations.length)} valid, ${String(tally.violations.length)} invalid`);
  if (tally.violations.length > 0) return 5;
  return unsure.length > 0 && seeds >= 1000 ? 4 : 0;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
