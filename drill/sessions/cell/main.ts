/** Plays one row of the drill in a process of its own and prints it as JSON: `main.ts DRIVER FAULT PHASE`. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Cell } from '../cells.ts';
import { playCell } from './play-cell.ts';

const [driver, fault, phase] = process.argv.slice(2) as [Cell['driver'], Cell['fault'], Cell['phase']];
const outside = mkdtempSync(join(tmpdir(), 'holdfast-cell-'));
const inside = mkdtempSync(join(outside, 'tmp-'));
// Whatever the browser and its driver leave behind is found here, and nothing of anybody else's.
process.env['TMPDIR'] = inside;

const row = await playCell({ driver, fault, phase }, outside, () =>
  readdirSync(inside, { recursive: true, encoding: 'utf8' }).filter((name) => !name.includes('/')),
);
rmSync(outside, { recursive: true, force: true });
process.stdout.write(`${JSON.stringify(row)}\n`);
process.exit(0);
