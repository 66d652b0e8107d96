import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { check, type Fault } from '../../fault.ts';
import { Disk, missingForPower } from '../../levels/power/disk.ts';
import { begin, layOut } from '../storage/harvest.ts';
import { waitOut } from '../storage/waiting.ts';

/** The disk of the data folder is taken away and comes back. */
export const unplugged: Fault = {
  name: 'disk unplugged',
  layer: 'machine',
  about: 'the disk under the data folder is detached in the middle of a harvest, and attached again later',
  holds:
    'nothing is written into the folder that is left; it waits in sight and goes on when the disk is back',
  quick: false,
  missing: missingForPower,
  play: async (stage) => {
    const disk = await Disk.create(stage, 'plug', 128);
    const harvest = await layOut(stage, {
      records: 400,
      source: { minIntervalMs: 120 },
      more: { dataDir: disk.folder },
    });
    const live = begin(harvest, stage);
    await live.until('a first commit', ({ kind }) => kind === 'commit');
    const began = Date.now();
    const { status } = spawnSync('umount', ['-l', disk.folder]);
    let written: readonly string[] = [];
    const played = await waitOut(stage, harvest, live, {
      began,
      end: () => {
        written = readdirSync(disk.folder);
        return disk.mount();
      },
      fired: () => (status === 0 ? 1 : 0),
      code: /^ERR_STORE_/,
    });
    const isClean = check('nothing is written into the folder that is left', written.length === 0, written);
    return { ...played, checks: [...played.checks, isClean] };
  },
};
