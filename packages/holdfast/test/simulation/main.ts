/**
 * `npm run simulate`, and what the drill plays: the ingest core under a virtual clock, transport and store, one history
 * a seed. `--seeds N` histories from `--from N` on; `--stop-at-first` for mutants; `--json` prints sums; `--digest`
 * prints what came of each history, as a hash. Exit 5 when an invariant was broken, 4 when something was hardly tried,
 * so that the run is no verdict on it.
 */
import { parseArgs } from 'node:util';
import { systemClock } from '@holdfast/resilience/clock';
import { simulate, work } from './crew.ts';
import { runHistory } from './history.ts';
import { exitCodeOf, linesOf, sumsOf } from './report.ts';
import { scenarioOf } from './scenario.ts';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '5000' },
    from: { type: 'string', default: '1' },
    'stop-at-first': { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    digest: { type: 'boolean', default: false },
  },
});

// A process that is handed its seeds by another one.
if (process.send === undefined) process.exitCode = await main(Number(values.from), Number(values.seeds));
else work();

async function main(from: number, seeds: number): Promise<number> {
  if (values.digest) return digests(from, seeds);
  const began = systemClock.monotonic();
  const tally = await simulate({
    from,
    seeds,
    stopAtFirst: values['stop-at-first'],
    progress: (done, invalid) => {
      const seconds = Math.round((systemClock.monotonic() - began) / 1000);
      const figures = [done, seeds, seconds, invalid].map(String);
      process.stderr.write(
        `${figures[0]} of ${figures[1]} seeds after ${figures[2]} s, ${figures[3]} invalid\n`,
      );
    },
  });
  const sums = sumsOf(tally, { from, seeds, tookMs: Math.round(systemClock.monotonic() - began) });
  const lines = values.json ? [JSON.stringify(sums)] : linesOf(sums);
  process.stdout.write(`${lines.join('\n')}\n`);
  return exitCodeOf(sums);
}

async function digests(from: number, seeds: number): Promise<number> {
  for (let seed = from; seed < from + seeds; seed += 1) {
    const { digest } = await runHistory(scenarioOf(seed));
    process.stdout.write(`${String(seed)} ${await digest()}\n`);
  }
  return 0;
}
