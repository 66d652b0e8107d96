import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { seededRandom } from '../../../src/clock/random.ts';
import { systemClock } from '../../../src/clock/system-clock.ts';
import { fileSnapshots } from '../../../src/session/snapshots/file-snapshots.ts';

const script = fileURLToPath(new URL('testing/save-snapshots.ts', import.meta.url));
const key = Buffer.alloc(32, 3);
const SEED = 4;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-crash-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Kills a writer some milliseconds after its first snapshot; tells the last one that it called durable. */
async function killedWriter(afterMs: number): Promise<number> {
  const child = spawn(process.execPath, [script, folder, key.toString('hex')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let told = '';
  child.stdout.on('data', (text: Buffer) => {
    told += String(text);
  });
  const ended = once(child, 'close');
  await once(child.stdout, 'data');
  await systemClock.sleep(afterMs);
  child.kill('SIGKILL');
  const [, signal] = (await ended) as [number | null, string | null];
  expect(signal).toBe('SIGKILL');
  return Number(told.trim().split('\n').at(-1));
}

it(`a writer that is killed leaves the old snapshot or the new one, whole, seed ${SEED}`, async () => {
  const random = seededRandom(SEED);
  const unreadable: unknown[] = [];
  const store = fileSnapshots(folder, { key, onUnreadable: (told) => void unreadable.push(told) });
  let cutInTheMiddle = 0;
  for (let round = 0; round < 12; round += 1) {
    const durable = await killedWriter(random.next() * 40);
    cutInTheMiddle += readdirSync(folder).filter((name) => name.endsWith('.tmp')).length;
    const loaded = (await store.load('portal')) as { number: number; end: number };
    // One more may have been written than the writer could tell of.
    expect([durable, durable + 1], `round ${round}`).toContain(loaded.number);
    expect(loaded.end).toBe(loaded.number);
    await store.save('portal', { number: 0, end: 0 });
    rmSync(folder, { recursive: true });
  }
  expect(unreadable).toEqual([]);
  // Otherwise no kill came while something was being written, and the test has shown nothing.
  expect(cutInTheMiddle).toBeGreaterThan(0);
});
