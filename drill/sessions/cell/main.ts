/** Plays one row of the drill in a process of its own and prints it as JSON: `main.ts DRIVER FAULT PHASE [FOLDER]`. */
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DRIVERS, FAULTS, PHASES } from '../cells.ts';
import { playCell } from './play-cell.ts';
import { Witness } from './witness.ts';

const [driver, fault, phase, given] = process.argv.slice(2);
const cell = {
  driver: oneOf(DRIVERS, driver),
  fault: oneOf(FAULTS, fault),
  phase: oneOf(PHASES, phase),
};
const outside = given ?? mkdtempSync(join(tmpdir(), 'holdfast-cell-'));
const inside = join(outside, 'tmp');
mkdirSync(inside);
// Whatever the browser and its driver leave behind is found here, and nothing of anybody else's.
process.env['TMPDIR'] = inside;
const witness = new Witness();
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => {
    witness.end();
    rmSync(outside, { recursive: true, force: true, maxRetries: 5 });
    process.exit(130);
  });
}

const row = await playCell(cell, {
  folder: outside,
  witness,
  leftovers: () =>
    readdirSync(inside, { recursive: true, encoding: 'utf8' }).filter((name) => !name.includes('/')),
});
rmSync(outside, { recursive: true, force: true });
process.stdout.write(`${JSON.stringify(row)}\n`, () => process.exit(0));

function oneOf<T extends string>(known: readonly T[], given: string | undefined): T {
  const found = known.find((each) => each === given);
  if (found !== undefined) return found;
  process.stderr.write(`main.ts DRIVER FAULT PHASE: "${String(given)}" is none of ${known.join(', ')}\n`);
  process.exit(2);
}
