/**
 * Makes many calls under a policy with every stage on the real clock: `node --expose-gc main.ts CALLS`. Prints one line
 * of JSON: what the calls left behind.
 */
import { systemClock } from '../../../../src/clock/index.ts';
import { LeakRun } from '../../../../src/policy/testing/leak-run.ts';

/** So many calls come first, until everything is compiled and has its size. */
const WARM_UP = 100_000;

const calls = Number(process.argv[2]);
const { gc } = globalThis;
if (!Number.isSafeInteger(calls) || calls < 1 || gc === undefined) {
  throw new Error('CALLS is a number, and --expose-gc is needed');
}

/** The memory in use, in bytes: the least of some looks, since finalizers may run late. */
async function usedBytes(): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let look = 0; look < 5; look += 1) {
    await systemClock.sleep(20);
    gc?.();
    least = Math.min(least, process.memoryUsage().heapUsed);
  }
  return least;
}

let unhandled = 0;
process.on('unhandledRejection', () => void (unhandled += 1));
const run = new LeakRun(systemClock, () => systemClock.sleep(20));
await run.calls(Math.min(calls, WARM_UP));
const before = await usedBytes();
const { listeners, places } = await run.calls(calls);
const grownBytes = (await usedBytes()) - before;
const timers = process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
process.stdout.write(`${JSON.stringify({ calls, listeners, places, timers, unhandled, grownBytes })}\n`);
