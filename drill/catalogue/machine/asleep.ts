import { check, type Fault } from '../../fault.ts';
import { kill, startedIn } from '../../product/processes.ts';
import { begin, caughtUpAfter, committedAfter, conclude, layOut, pause } from '../storage/harvest.ts';

const STOP_MS = 4_000;

/** Every process of the product stands still, as in a machine that sleeps. */
export const asleep: Fault = {
  name: 'machine asleep',
  layer: 'machine',
  about: 'every process of a running harvest is stopped for four seconds, as in a machine that sleeps',
  holds: 'nothing is asked meanwhile; afterwards the same processes go on at once, without a burst',
  quick: true,
  missing: () => (process.platform === 'win32' ? 'Linux or macOS (SIGSTOP)' : null),
  play: async (stage) => {
    const harvest = await layOut(stage, { records: 100, pageSize: 50 });
    const live = begin(harvest, stage);
    await live.until('it has everything', caughtUpAfter(0));
    const pids = [live.running.pid, ...startedIn(live.events())];
    const go = (): void => {
      for (const pid of pids.toReversed()) kill(pid, 'SIGCONT');
    };
    stage.defer(go);
    const stopped = pids.filter((pid) => kill(pid, 'SIGSTOP')).length;
    // What was sent just before may still arrive.
    await pause(500, stage.signal);
    const began = Date.now();
    await pause(STOP_MS, stage.signal);
    await harvest.simulator.control({ do: 'addRecords', count: 10 });
    const ended = Date.now();
    const asked = harvest
      .ledger()
      .exchanges.filter(({ request: { at } }) => at >= began && at < ended).length;
    go();
    const commit = await live.until('a commit after it woke', committedAfter(ended));
    await live.until('it has everything', caughtUpAfter(commit.at));
    const starts = live.count(({ kind }) => kind === 'engine-started');
    const burst = harvest
      .ledger()
      .exchanges.filter(({ request: { at } }) => at >= ended && at < ended + 1_000).length;
    await live.stop();
    return conclude(harvest, {
      // A process that still asks does not sleep.
      injected: stopped === pids.length && asked === 0 ? 1 : 0,
      recoverMs: commit.at - ended,
      checks: [
        check('the engine is the same', starts === 1, `${String(starts)} starts`),
        check('no burst of requests', burst <= 12, burst, 'I8'),
      ],
      evidence: `${String(stopped)} processes stopped for ${String(ended - began)} ms, ${String(asked)} requests meanwhile, ${String(burst)} in the first second after`,
    });
  },
};
