import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { check, type Fault } from '../../fault.ts';
import type { Layout } from '../../product/one-source.ts';
import { begin, committedAfter, conclude, lastCommitBefore, layOut, waitsForDisk } from './harvest.ts';
import { missingForMounts, mountSmall, refused } from './tools.ts';
import { waitOut } from './waiting.ts';

const QUOTA = 1_400_000;

/** The store reaches its bound. */
const quota: Fault = {
  name: 'disk full (quota)',
  layer: 'storage',
  about: 'the store reaches `maxDisk` in the middle of a harvest, and is started again with more',
  holds: 'it waits in sight below the bound, loses nothing, and with more room goes on where it stood',
  quick: true,
  play: async (stage) => {
    const harvest = await layOut(stage, { records: 1_500, pageSize: 100 });
    const file = join(harvest.product.folder, 'data', 'holdfast.db');
    const began = Date.now();
    const live = begin(harvest, stage, { env: { HOLDFAST_MAX_DISK: String(QUOTA) } });
    const { wait, at } = await live.until('it waits for room', waitsForDisk());
    const taken = sizeOf(file) + sizeOf(`${file}-wal`);
    const [source] = await harvest.product.sources();
    const status = await harvest.product.run('status');
    const before = live.count(({ kind }) => kind === 'commit');
    const { code } = await live.stop();
    const bytes = sizeOf(file);
    const ended = Date.now();
    const again = begin(harvest, stage);
    const commit = await again.until('a commit with more room', committedAfter(ended));
    await again.stop();
    return conclude(harvest, {
      // A bound that is far away is none: half of it is taken, or more, when the run waits for room.
      injected: Number(2 * taken > QUOTA),
      detectMs: at - Math.max(began, lastCommitBefore(live, at)),
      recoverMs: commit.at - ended,
      checks: [
        check('the wait names its cause', wait?.error?.code === 'ERR_STORE_FULL', wait),
        check('status says that it waits', source?.state === 'waiting', source?.state ?? '', 'I10'),
        check('status exits with 4', status.code === 4, status.code, 'I10'),
        check('commits came before', before > 0, before),
        check('the store stays below its bound', bytes <= QUOTA, bytes),
        check('it ends well', code === 0, code),
      ],
      evidence: `${String(before)} commits, ${String(taken)} bytes when it waited and ${String(bytes)} at its end below a bound of ${String(QUOTA)}`,
    });
  },
};

interface SmallDisk extends Pick<Fault, 'name' | 'about' | 'holds'> {
  /** How it is mounted, in what way it is spoiled before anything is stored, and how it gets well again. */
  readonly options: string;
  readonly spoiled?: string;
  readonly cure: string;
  readonly layout?: Layout;
  /** What the disk says, to the drill and to the product. */
  readonly refusal: string;
  readonly code: RegExp;
}

/** A small disk of its own refuses to be written, and takes everything later. */
function smallDisk({ name, about, holds, ...disk }: SmallDisk): Fault {
  return {
    name,
    layer: 'storage',
    about,
    holds,
    quick: false,
    missing: missingForMounts,
    play: async (stage) => {
      const small = mountSmall(stage, disk.options);
      const harvest = await layOut(stage, { ...disk.layout, more: { dataDir: small.folder } });
      if (disk.spoiled !== undefined) small.remount(disk.spoiled);
      const began = Date.now();
      return waitOut(stage, harvest, begin(harvest, stage), {
        began,
        end: () => small.remount(disk.cure),
        fired: () => refused(small.folder, disk.refusal),
        code: disk.code,
      });
    },
  };
}

const full = smallDisk({
  name: 'disk full',
  about: 'the disk under the data folder is full in the middle of a harvest, and has room again later',
  holds: 'it waits in sight, and goes on by itself with the same engine when there is room again',
  options: 'size=1500k',
  cure: 'size=64m',
  layout: { records: 600, pageSize: 40 },
  refusal: 'ENOSPC',
  code: /^ERR_STORE_FULL$/,
});

/** There is no room from the first byte on. */
const fullAtStart = smallDisk({
  name: 'disk full at start',
  about: 'the disk is full before there is a store, and has room later',
  holds: 'it waits in sight, and begins by itself when there is room',
  options: 'size=64k',
  cure: 'size=64m',
  refusal: 'ENOSPC',
  code: /^ERR_STORE_FULL$/,
});

/** Nothing can be written from the start on. */
const readOnly = smallDisk({
  name: 'disk read-only at start',
  about: 'the disk under the data folder is mounted read-only, and can be written later',
  holds: 'it waits in sight, and begins by itself when the disk can be written',
  options: 'size=64m',
  spoiled: 'ro',
  cure: 'rw',
  refusal: 'EROFS',
  code: /^ERR_STORE_(READONLY|IO)$/,
});

function sizeOf(file: string): number {
  return existsSync(file) ? statSync(file).size : 0;
}

export const roomFaults: readonly Fault[] = [quota, full, fullAtStart, readOnly];
