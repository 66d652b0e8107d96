import { check, type Fault } from '../../fault.ts';
import {
  begin,
  caughtUpAfter,
  committedAfter,
  conclude,
  layOut,
  pause,
  type Live,
} from '../storage/harvest.ts';

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
    const pids = processesOf(live);
    const go = (): void => {
      for (const pid of pids.toReversed()) signalTo(pid, 'SIGCONT');
    };
    stage.defer(go);
    const stopped = pids.filter((pid) => signalTo(pid, 'SIGSTOP')).length;
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
    const starts = live.told().filter(({ kind }) => kind === 'engine-started').length;
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

/** The supervisor and whatever it has told to have started. */
function processesOf(live: Live): readonly number[] {
  const started = live
    .told()
    .flatMap(({ kind, pid }) => (kind === 'engine-started' || kind === 'child-started' ? [pid ?? 0] : []));
  return [live.running.pid, ...started.filter((pid) => pid > 1)];
}

function signalTo(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
}
