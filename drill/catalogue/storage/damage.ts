import { readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { check, type Fault } from '../../fault.ts';
import { Dice } from '../../kill/random.ts';
import type { Ended } from '../../product/run-command.ts';
import { conclude, layOut, type Harvest } from './harvest.ts';

/** Changes bytes of the store's file; what it did, in a few words. */
type Damage = (file: string, dice: Dice) => string;

interface Kind {
  readonly name: string;
  readonly about: string;
  readonly quick: boolean;
  readonly damage: Damage;
}

/** The store is damaged while nothing runs. It must be seen, and a backup must bring everything back. */
function damaged({ name, about, quick, damage }: Kind): Fault {
  return {
    name,
    layer: 'storage',
    about: `${about}, while nothing runs`,
    holds:
      'verify ends with 5 and names the damage, no export of it passes as whole, and a backup put in its place is harvested up to now',
    quick,
    play: async (stage) => {
      const harvest = await layOut(stage, { records: 200, pageSize: 50 });
      const { product, simulator } = harvest;
      const first = await product.run('run', '--once', '--deadline', '60s');
      const copy = join(stage.folder, 'copy.db');
      const backup = await product.run('backup', '--to', copy);
      // What came after the backup has to be harvested again.
      await simulator.control({ do: 'addRecords', count: 20 });
      const struck = await strike(harvest, damage, new Dice(stage.seed));
      const { what, verified, detectMs } = struck;
      const ended = Date.now();
      const restored = await product.run('restore', copy);
      const played = await conclude(harvest, {
        injected: struck.isHarmful ? 1 : 0,
        detectMs,
        checks: [
          check('the first run had everything', first.code === 0, first.code),
          check('a backup was made', backup.code === 0, backup.stderr.slice(-200)),
          check('verify ends with 5', verified.code === 5, verified.code),
          check('and names it', verified.stdout.trim().length > 0, verified.stdout.slice(0, 200)),
          check('the backup is put in its place', restored.code === 0, restored.stderr.slice(-300)),
        ],
        evidence: `${what}; verify: ${verified.stdout.split('\n')[0]?.slice(0, 120) ?? ''}`,
      });
      return { ...played, recoverMs: Date.now() - ended };
    },
  };
}

interface Struck {
  readonly what: string;
  readonly verified: Ended;
  readonly detectMs: number;
  /** It struck something that the store says; else it struck free space, as often as it was tried. */
  readonly isHarmful: boolean;
}

const TRIES = 8;

/** Damages the store where that changes what it says: a bit of free space is put back, and another one is struck. */
async function strike({ product }: Harvest, damage: Damage, dice: Dice): Promise<Struck> {
  const file = join(product.folder, 'data', 'holdfast.db');
  const whole = readFileSync(file);
  const before = await product.run(...EVERYTHING);
  for (let tries = 1; ; tries += 1) {
    const what = damage(file, dice);
    const began = Date.now();
    const verified = await product.run('verify');
    const detectMs = Date.now() - began;
    const isHarmful = verified.code !== 0 || (await product.run(...EVERYTHING)).stdout !== before.stdout;
    if (isHarmful || tries === TRIES) return { what, verified, detectMs, isHarmful };
    writeFileSync(file, whole);
  }
}

const EVERYTHING = ['export', '--format', 'jsonl', '--all-versions'];

/** One bit of an identifier of a record: it stands in a table or in an index, or in what a page has left over. */
function flipIdentifier(file: string, dice: Dice): string {
  const bytes = readFileSync(file);
  const places = placesOf(bytes, Buffer.from('repo.example:'));
  const at = (places[dice.upTo(places.length) - 1] ?? 0) + dice.upTo(12) - 1;
  return flipBit(file, bytes, at, dice);
}

/** One bit of a raw page as it is kept: compressed, with the mark of its format before it. */
function flipPage(file: string, dice: Dice): string {
  const bytes = readFileSync(file);
  const marks = [Buffer.from([0x28, 0xb5, 0x2f, 0xfd]), Buffer.from([0x1f, 0x8b, 0x08])];
  const places = marks.flatMap((mark) => placesOf(bytes, mark));
  if (places.length === 0) throw new Error('the store has no compressed page');
  return flipBit(file, bytes, (places[dice.upTo(places.length) - 1] ?? 0) + 20 + dice.upTo(400), dice);
}

function flipBit(file: string, bytes: Buffer, at: number, dice: Dice): string {
  const bit = dice.upTo(8) - 1;
  bytes[at] = (bytes[at] ?? 0) ^ (1 << bit);
  writeFileSync(file, bytes);
  return `bit ${String(bit)} of byte ${String(at)} flipped`;
}

function placesOf(bytes: Buffer, text: Buffer): readonly number[] {
  const places: number[] = [];
  for (let at = bytes.indexOf(text); at !== -1; at = bytes.indexOf(text, at + 1)) places.push(at);
  return places;
}

export const damageFaults: readonly Fault[] = [
  damaged({
    name: 'bit flip in the database',
    about: 'one bit of an identifier in the database is flipped',
    quick: true,
    damage: flipIdentifier,
  }),
  damaged({
    name: 'bit flip in a raw page',
    about: 'one bit of a page that is kept as it came is flipped',
    quick: false,
    damage: flipPage,
  }),
  damaged({
    name: 'truncated database',
    about: 'the end of the database is cut off',
    quick: false,
    damage: (file, dice) => {
      const { size } = statSync(file);
      const left = Math.floor(size * (0.2 + 0.6 * dice.next()));
      truncateSync(file, left);
      return `${String(left)} of ${String(size)} bytes left`;
    },
  }),
  damaged({
    name: 'database overwritten',
    about: 'the first 64 KB of the database are overwritten with something else',
    quick: false,
    damage: (file, dice) => {
      const bytes = readFileSync(file);
      for (let at = 0; at < 65_536 && at < bytes.length; at += 1) bytes[at] = dice.upTo(256) - 1;
      writeFileSync(file, bytes);
      return '65,536 bytes overwritten';
    },
  }),
];
