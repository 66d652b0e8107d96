import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { VirtualClock } from '@holdfast/resilience/clock';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { askAddress } from './ask.ts';
import { listen, type Listener } from './listen.ts';
import { refuge } from './control-path.ts';

const uid = process.getuid?.() ?? 0;
const clock = new VirtualClock();
let folder = '';
let path = '';
let listener: Listener | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hf-'));
  path = join(folder, 'session', 'holdfast', `${basename(folder)}.sock`);
});
afterEach(() => {
  listener?.close();
  rmSync(folder, { recursive: true, force: true });
});

const answers = async (where: string): Promise<boolean> => {
  const reply = await askAddress(where, { verb: 'status', patience: null }, clock);
  return reply.type === 'result';
};

/** Lets the listener look, and do what follows from it. */
async function looked(done: () => boolean): Promise<void> {
  for (let times = 0; times < 200 && !done(); times += 1) {
    await clock.advance(10_000);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

describe.skipIf(process.platform === 'win32')('a listener that stays to be found', () => {
  beforeEach(async () => {
    listener = await listen(path, uid, () => Promise.resolve({}), { clock });
  });

  it('makes its socket anew when the file was tidied away', async () => {
    rmSync(path);
    expect(await answers(path)).toBe(false);
    await looked(() => existsSync(path));
    expect(await answers(path)).toBe(true);
  });

  it('moves to the folder that is always looked in when its own is gone for good, and leaves nothing there', async () => {
    // The parent is a file now, so that also root cannot make the folder anew.
    rmSync(join(folder, 'session'), { recursive: true });
    writeFileSync(join(folder, 'session'), '');
    const moved = refuge(path, uid);
    await looked(() => existsSync(moved));
    expect(await answers(moved)).toBe(true);
    listener?.close();
    expect(existsSync(moved)).toBe(false);
  });

  it('does not listen in a folder that was made by others meanwhile', async () => {
    rmSync(join(folder, 'session'), { recursive: true });
    mkdirSync(join(folder, 'session/holdfast'), { recursive: true });
    chmodSync(join(folder, 'session/holdfast'), 0o777);
    await looked(() => existsSync(refuge(path, uid)));
    expect(existsSync(path)).toBe(false);
    expect(await answers(refuge(path, uid))).toBe(true);
  });

  it('listens no more once it is closed, also when its file goes later', async () => {
    listener?.close();
    await looked(() => existsSync(path));
    expect(existsSync(path)).toBe(false);
  });
});
