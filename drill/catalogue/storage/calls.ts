import { join } from 'node:path';
import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { check, type Fault } from '../../fault.ts';
import type { Foreground } from '../../product/foreground.ts';
import type { Stage } from '../../stage.ts';
import { begin, caughtUpAfter, committedAfter, conclude, layOut, pause, type Harvest } from './harvest.ts';
import { answers, castSpell, missingForStrace, storeFiles } from './tools.ts';
import { sameEngine, waitOut } from './waiting.ts';

/** Calls about the store fail for a while in the middle of a harvest. */
function failing(name: string, about: string, calls: string, error: string, code: RegExp): Fault {
  return {
    name,
    layer: 'storage',
    about: `${about}, for a while in the middle of a harvest`,
    holds:
      'it waits in sight, trusts no handle that failed, and goes on by itself when the disk is well again',
    quick: false,
    missing: missingForStrace,
    play: async (stage) => {
      const { harvest, live, engine } = await midway(stage);
      const began = Date.now();
      const spell = await castSpell(stage, engine, `${calls}:error=${error}`, storeFiles(dataOf(harvest)));
      return waitOut(stage, harvest, live, { began, end: spell.end, fired: spell.fired, code });
    },
  };
}

/** A harvest that has committed something and has much to do still. */
async function midway(stage: Stage): Promise<{ harvest: Harvest; live: Foreground; engine: number }> {
  const harvest = await layOut(stage, { records: 600, pageSize: 20, source: { minIntervalMs: 200 } });
  const live = begin(harvest, stage);
  const { pid } = await live.until('the engine is ready', ({ kind }) => kind === 'ready');
  await live.until('a first commit', ({ kind }) => kind === 'commit');
  return { harvest, live, engine: pid ?? -1 };
}

const slow: Fault = {
  name: 'slow disk',
  layer: 'storage',
  about: 'every sync of the store takes 1.5 s for a while',
  holds: 'the harvest is slower and nothing else: the engine is not taken for hung, nothing is asked twice',
  quick: false,
  missing: missingForStrace,
  play: async (stage) => {
    const { harvest, live, engine } = await midway(stage);
    const spell = await castSpell(
      stage,
      engine,
      'fsync,fdatasync:delay_exit=1500000',
      storeFiles(dataOf(harvest)),
    );
    const began = Date.now();
    while (spell.fired() < 4) await pause(100, stage.signal);
    const [source] = await harvest.product.sources();
    const fired = spell.fired();
    await spell.end();
    const ended = Date.now();
    const commit = await live.until('a commit after the fault', committedAfter(ended));
    await live.until('it has everything', caughtUpAfter(ended));
    const checks = [
      sameEngine(live),
      check(
        'status told what it does',
        ['catching-up', 'waiting'].includes(source?.state ?? ''),
        source?.state ?? '',
        'I10',
      ),
    ];
    await live.stop();
    return conclude(harvest, {
      injected: fired,
      wanted: 4,
      recoverMs: commit.at - ended,
      checks,
      evidence: `${String(fired)} syncs took 1.5 s longer, over ${String(ended - began)} ms`,
    });
  },
};

/** The kernel takes a part of a write and refuses the rest, as at a bound of the size of files. */
const short: Fault = {
  name: 'short write',
  layer: 'storage',
  about: 'writes are cut short at a bound on the size of files in the middle of a page, and then refused',
  holds:
    'half a page is never taken for a whole one; it waits in sight and goes on by itself without the bound',
  quick: false,
  missing: () =>
    process.platform === 'linux' && answers('prlimit', '--version') ? null : 'Linux and prlimit',
  play: async (stage) => {
    const { harvest, live, engine } = await midway(stage);
    const files = storeFiles(dataOf(harvest)).filter((file) => /(db|-wal)$/.test(file) && existsSync(file));
    const bound = Math.max(...files.map((file) => statSync(file).size)) + 1_234;
    const began = Date.now();
    prlimit(engine, String(bound));
    stage.defer(() => prlimit(engine, 'unlimited'));
    // A file that ends at the bound, in the middle of a page, has taken a part of a write.
    const fired = (): number => files.filter((file) => statSync(file).size === bound).length;
    return waitOut(stage, harvest, live, {
      began,
      end: () => prlimit(engine, 'unlimited'),
      fired,
      code: /^ERR_STORE_/,
    });
  },
};

function prlimit(pid: number, soft: string): void {
  spawnSync('prlimit', ['--pid', String(pid), `--fsize=${soft}:unlimited`]);
}

function dataOf({ product }: Harvest): string {
  return join(product.folder, 'data');
}

export const callFaults: readonly Fault[] = [
  failing('write error', 'writes to the store fail with EIO', 'pwrite64', 'EIO', /^ERR_STORE_IO$/),
  failing('sync error', 'syncs of the store fail with EIO', 'fsync,fdatasync', 'EIO', /^ERR_STORE_IO$/),
  failing(
    'no space in a write',
    'writes to the store fail with ENOSPC',
    'pwrite64',
    'ENOSPC',
    /^ERR_STORE_FULL$/,
  ),
  failing(
    'disk turns read-only',
    'writes to the store fail with EROFS',
    'pwrite64',
    'EROFS',
    /^ERR_STORE_(IO|READONLY)$/,
  ),
  slow,
  short,
];
