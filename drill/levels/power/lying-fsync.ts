import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { check, type Fault } from '../../fault.ts';
import { conclude } from '../../catalogue/storage/harvest.ts';
import { Dice } from '../../kill/random.ts';
import { canTrace } from '../../kill/strace.ts';
import { cutOnce } from './cut.ts';
import { missingForPower } from './disk.ts';
import { prepare } from './power-cuts.ts';

const CUTS = { quick: 2, full: 6 };

/** A disk that says "synced" and is not. Nobody can keep what such a disk loses; nobody has to be fooled by it. */
export const lyingFsync: Fault = {
  name: 'lying fsync',
  layer: 'power',
  about:
    'every fsync and fdatasync of the product returns at once without having synced, and then the power is cut',
  holds:
    'what such a disk takes cannot be kept, but it is seen: verify names the damage, or the store is whole and what is missing is harvested again',
  quick: false,
  missing: () => missingForPower() ?? (canTrace() ? null : 'strace, with the right to trace'),
  play: async (stage) => {
    const dice = new Dice(stage.seed);
    const { lane, harvest } = await prepare(stage, 'liar', 1_500);
    const { product } = harvest;
    const [seen, silent]: [string[], string[]] = [[], []];
    let [lies, taken, damaged] = [0, 0, 0];
    for (let number = 0; number < CUTS[stage.size]; number += 1) {
      const trace = join(stage.folder, `lies-${String(number)}.txt`);
      const under = ['strace', '-f', '-qq', '-o', trace, '-e', 'trace=fsync,fdatasync'];
      const cut = await cutOnce(lane, dice, stage, [...under, '-e', 'inject=fsync,fdatasync:retval=0']);
      lies += readFileSync(trace, 'utf8').split('INJECTED').length - 1;
      taken += cut.lost.length;
      const whole = cut.verified === null || cut.verified === 0;
      seen.push(whole ? 'whole' : (cut.sentence.split('\n')[0] ?? ''));
      if (!whole && cut.verified !== 5)
        silent.push(`verify ended with ${String(cut.verified)}: ${cut.sentence}`);
      if (!whole) {
        damaged += 1;
        // A person would restore a backup; there is none, so that the harvest begins anew.
        rmSync(join(product.folder, 'data'), { recursive: true });
      }
      // What the disk took is not owed any longer.
      lane.acked.clear();
    }
    return conclude(harvest, {
      injected: lies > 0 ? seen.length : 0,
      wanted: CUTS[stage.size],
      checks: [check('verify names damage with 5', silent.length === 0, silent)],
      evidence: `${String(seen.length)} cuts after ${String(lies)} syncs that were none took ${String(taken)} acknowledged records; the store was damaged, and verify said so, ${String(damaged)} times`,
    });
  },
};
