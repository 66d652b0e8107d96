import { existsSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { check, type Fault, type Played } from '../../fault.ts';
import { Dice } from '../../kill/random.ts';
import { kill, startedIn } from '../../product/processes.ts';
import type { Stage } from '../../stage.ts';
import { begin, caughtUpAfter, committedAfter, conclude, layOut, pause, type Harvest } from './harvest.ts';

/** A harvest is killed in its middle, a file of its store is deleted, and it is started again. */
function withoutFile(name: string, ending: string, about: string): Fault {
  return {
    name,
    layer: 'storage',
    about: `everything is killed in the middle of a harvest, and then ${about}`,
    holds: 'the next run opens the store or says that it is damaged, and in the end nothing is missing',
    quick: false,
    play: async (stage) => {
      const harvest = await layOut(stage, { records: 600, pageSize: 20, source: { minIntervalMs: 40 } });
      await killMidway(harvest, stage);
      const file = join(harvest.product.folder, 'data', `holdfast.db${ending}`);
      const bytes = existsSync(file) ? statSync(file).size : -1;
      rmSync(file, { force: true });
      const ended = Date.now();
      const live = begin(harvest, stage);
      const commit = await live.until('a commit after the fault', committedAfter(ended));
      await live.until('it has everything', caughtUpAfter(ended));
      await live.stop();
      return conclude(harvest, {
        injected: bytes >= 0 ? 1 : 0,
        recoverMs: commit.at - ended,
        evidence: `${String(bytes)} bytes deleted`,
      });
    },
  };
}

/** Kills supervisor and engine at a commit of the dice's choice. */
async function killMidway(harvest: Harvest, stage: Stage): Promise<void> {
  const wanted = 3 + new Dice(stage.seed).upTo(12);
  const live = begin(harvest, stage, { group: process.platform !== 'win32' });
  await live.until('its commits', () => live.count(({ kind }) => kind === 'commit') >= wanted);
  live.running.child.kill('SIGKILL');
  for (const pid of startedIn(live.events())) kill(pid, 'SIGKILL');
  await live.running.ended.catch(() => undefined);
  await pause(300, stage.signal);
}

const folderGone: Fault = {
  name: 'data folder removed',
  layer: 'storage',
  about: 'the data folder is moved away under a running harvest, and put back later',
  holds:
    'it does not write into nowhere and call it well: it says that its disk is in trouble, or begins a new store in sight; with the folder back everything is there',
  quick: false,
  missing: () => (process.platform === 'win32' ? 'a system that lets open folders be moved' : null),
  play: (stage) => playFolderGone(stage),
};

async function playFolderGone(stage: Stage): Promise<Played> {
  const harvest = await layOut(stage, { records: 400, source: { minIntervalMs: 100 } });
  const live = begin(harvest, stage);
  await live.until('a first commit', ({ kind }) => kind === 'commit');
  const data = join(harvest.product.folder, 'data');
  const away = join(harvest.product.folder, 'away');
  renameSync(data, away);
  const began = Date.now();
  const moved = existsSync(join(away, 'holdfast.db'));
  await pause(8_000, stage.signal);
  const [source] = await harvest.product.sources();
  const after = live.events().filter(({ at }) => at >= began);
  const trouble = after.find(
    ({ kind, wait, code: word }) =>
      (kind === 'wait' && wait?.why === 'disk') || kind === 'engine-exited' || word === 'STORE_GONE',
  );
  const blamed = after.find(
    ({ kind, wait }) => kind === 'wait' && ['outage', 'backoff'].includes(wait?.why ?? ''),
  );
  const waits = [...new Set(after.flatMap(({ kind, wait }) => (kind === 'wait' ? [wait?.why ?? ''] : [])))];
  rmSync(data, { recursive: true, force: true });
  renameSync(away, data);
  const ended = Date.now();
  await harvest.simulator.control({ do: 'addRecords', count: 10 });
  const commit = await live.until('a commit after the fault', committedAfter(ended));
  await live.until('it has everything', caughtUpAfter(ended));
  await live.stop();
  return conclude(harvest, {
    injected: Number(moved),
    detectMs: trouble === undefined ? null : trouble.at - began,
    recoverMs: commit.at - ended,
    checks: [
      check('it says that its disk is in trouble', trouble !== undefined, waits, 'I10'),
      check('it does not blame the upstream', blamed === undefined, blamed ?? '', 'I10'),
      check('status does not say ok meanwhile', source?.state !== 'ok', source?.state ?? '', 'I10'),
    ],
    evidence: `shown as ${source?.state ?? ''}; waits: ${waits.join(', ')}`,
  });
}

export const lostFileFaults: readonly Fault[] = [
  withoutFile('log deleted', '-wal', "the store's log is deleted"),
  withoutFile('index of the log deleted', '-shm', "the index of the store's log is deleted"),
  folderGone,
];
