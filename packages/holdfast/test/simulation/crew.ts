import { fork } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { setImmediate as turn } from 'node:timers/promises';
import { runHistory } from './history.ts';
import { scenarioOf } from './scenario.ts';
import { count, emptyTally, merge, type Tally } from './tally.ts';

/** What is to be simulated, and who is told how far it is. */
export interface Wanted {
  readonly from: number;
  readonly seeds: number;
  readonly stopAtFirst: boolean;
  readonly progress: (done: number, invalid: number) => void;
}

/** Seeds that one process plays before it answers. */
interface Batch {
  readonly from: number;
  readonly seeds: number;
  readonly stopAtFirst: boolean;
}

const BATCH = 200;
/** So few are played before another process has started. */
const ALONE = 20;
const PROGRESS_MS = 30_000;

/** Plays the histories, in as many processes as there are processors. */
export async function simulate({ from, seeds, stopAtFirst, progress }: Wanted): Promise<Tally> {
  if (seeds <= ALONE) return playAll({ from, seeds, stopAtFirst });
  const all = emptyTally();
  const batches: Batch[] = [];
  for (let done = 0; done < seeds; done += BATCH)
    batches.push({ from: from + done, seeds: Math.min(BATCH, seeds - done), stopAtFirst });
  const processes = Math.min(availableParallelism(), batches.length);
  let done = 0;
  const next = (): Batch | undefined => (stopAtFirst && all.invalid > 0 ? undefined : batches.shift());
  const timer = setInterval(() => progress(done, all.invalid), PROGRESS_MS);
  try {
    const take = (batch: Batch, tally: Tally): void => {
      done += batch.seeds;
      merge(all, tally);
    };
    await Promise.all(Array.from({ length: processes }, () => employ(next, take)));
  } finally {
    clearInterval(timer);
  }
  return all;
}

/** One process, which gets a batch whenever it has finished one. */
function employ(next: () => Batch | undefined, take: (batch: Batch, tally: Tally) => void): Promise<void> {
  const worker = fork(process.argv[1] ?? '', [], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  let batch = next();
  const hand = (): void => {
    if (batch === undefined) worker.disconnect();
    else worker.send(batch);
  };
  hand();
  return new Promise((resolve, reject) => {
    worker.on('message', (tally) => {
      if (batch !== undefined) take(batch, tally as Tally);
      batch = next();
      hand();
    });
    worker.on('error', reject);
    worker.on('exit', (code) => {
      if (batch === undefined) resolve();
      else reject(new Error(`the histories from seed ${String(batch.from)} on ended with ${String(code)}`));
    });
  });
}

/** The life of such a process: it ends with the one that started it. */
export function work(): void {
  // Histories are full of errors that nobody reads; one that is told is played again alone, with its stack.
  Error.stackTraceLimit = 0;
  process.on('disconnect', () => process.exit(0));
  process.on('message', (batch) => {
    void playAll(batch as Batch).then((tally) => process.send?.(tally));
  });
}

async function playAll({ from, seeds, stopAtFirst }: Batch): Promise<Tally> {
  const tally = emptyTally();
  for (let seed = from; seed < from + seeds && !(stopAtFirst && tally.invalid > 0); seed += 1) {
    count(tally, await runHistory(scenarioOf(seed)));
    // A history never lets the event loop turn; what is finalised, and a farewell, need one.
    await turn();
  }
  return tally;
}
