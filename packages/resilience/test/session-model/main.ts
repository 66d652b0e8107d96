/**
 * `npm run sessions:model -- --seeds N [--seed FIRST]`: supervised sessions against a fake peer on a virtual clock, one
 * history a seed. Prints how often each fault and each transition occurred. `--only` runs the one seed and prints what
 * it broke; `--mutant NAME --stop-at-first` runs a session with a defect (`mutants.ts`); `--json` prints sums.
 * Exit 5 when something was broken, 4 when something was hardly tried, so that the run is no verdict on it.
 */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { plantMutant } from './plant-mutant.ts';
import { scenarioOf } from './scenario.ts';
import { count, emptyTally, hardlyTried, merge } from './tally.ts';
import type { Tally } from './tally.ts';

const PROCESSES = 2;
const MOST_SHOWN = 20;

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '10000' },
    seed: { type: 'string', default: '1' },
    only: { type: 'boolean', default: false },
    'stop-at-first': { type: 'boolean', default: false },
    mutant: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});
const first = Number(values.seed);
const howMany = values.only ? 1 : Number(values.seeds);

if (values.json) process.stdout.write(`${JSON.stringify(await simulate(first, howMany))}\n`);
else if (values.only || values['stop-at-first']) process.exitCode = report(await simulate(first, howMany));
else process.exitCode = report(await simulateInProcesses());

async function simulate(from: number, seeds: number): Promise<Tally> {
  if (values.mutant !== undefined) plantMutant(values.mutant);
  // Only now, so that a mutant is there before what it is planted in.
  const { runHistory } = await import('./history.ts');
  const tally = emptyTally();
  let now = from;
  process.on('unhandledRejection', (error) => {
    tally.violations.push({ seed: now, what: `a rejection that nobody handled: ${String(error)}` });
  });
  for (; now < from + seeds; now += 1) {
    count(tally, await runHistory(scenarioOf(now)));
    if (values['stop-at-first'] && tally.violations.length > 0) break;
  }
  return tally;
}

async function simulateInProcesses(): Promise<Tally> {
  const share = Math.ceil(howMany / PROCESSES);
  const parts = Array.from({ length: PROCESSES }, (_, index) => ({
    from: first + index * share,
    seeds: Math.min(share, howMany - index * share),
  }));
  const tallies = await Promise.all(parts.filter(({ seeds }) => seeds > 0).map(child));
  const all = emptyTally();
  for (const tally of tallies) merge(all, tally);
  return all;
}

function child({ from, seeds }: { readonly from: number; readonly seeds: number }): Promise<Tally> {
  const flags = ['--conditions=@holdfast/source', fileURLToPath(import.meta.url)];
  const options = ['--json', '--seed', String(from), '--seeds', String(seeds)];
  const running = spawn(process.execPath, [...flags, ...options], { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  running.stdout.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  return new Promise((resolve, reject) => {
    running.on('error', reject);
    running.on('close', (code) => {
      if (code === 0) resolve(JSON.parse(text) as Tally);
      else reject(new Error(`the histories from seed ${String(from)} on ended with ${String(code)}`));
    });
  });
}

function report(tally: Tally): number {
  say(`${String(tally.histories)} histories from seed ${String(first)} on`);
  table('faults', tally.fired, tally.histories);
  table('transitions', tally.transitions, tally.histories);
  for (const { seed, what } of tally.violations.slice(0, MOST_SHOWN))
    say(`VIOLATION seed ${String(seed)}: ${what}`);
  if (tally.violations.length > 0) {
    const [bad] = tally.violations;
    say(
      `verdict: invalid, ${String(tally.violations.length)} violations; again with --only --seed ${String(bad?.seed)}`,
    );
    return 5;
  }
  const missing = values.only ? [] : hardlyTried(tally);
  if (missing.length > 0) {
    say(`verdict: unknown, in less than 1 % of the histories: ${missing.join('; ')}`);
    return 4;
  }
  say('verdict: valid, no violation');
  return 0;
}

function table(title: string, counts: Readonly<Record<string, number>>, histories: number): void {
  say(`${title}, and in how many histories:`);
  for (const [name, times] of Object.entries(counts).sort(([, a], [, b]) => b - a)) {
    say(`  ${String(times).padStart(6)}  ${((100 * times) / histories).toFixed(1).padStart(5)} %  ${name}`);
  }
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
