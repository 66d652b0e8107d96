import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { BrowserHome } from '../../../src/adapters/browser/browser-home.ts';
import { systemClock } from '../../../src/clock/index.ts';

const started: ChildProcess[] = [];

afterEach(() => {
  for (const child of started.splice(0)) child.kill('SIGKILL');
});

/** A process below a browser: its whole command line is one argument, and its environment tells nothing. */
function zygote(profile: string): ChildProcess {
  const argv0 = `chromium --type=zygote --user-data-dir=${profile} --headless`;
  const child = spawn('cat', [], { argv0, stdio: ['pipe', 'ignore', 'ignore'] });
  started.push(child);
  return child;
}

const killed = (child: ChildProcess): Promise<unknown> =>
  new Promise((resolve) => child.once('exit', (_, signal) => resolve(signal)));

test.runIf(process.platform === 'linux')(
  'what a browser left running goes with its home, also in a profile that the driver made, and nothing of another one',
  async () => {
    const home = await BrowserHome.make({ kind: 'test', clock: systemClock });
    const elsewhere = mkdtempSync(join(tmpdir(), 'holdfast-drivers-profile-'));
    await home.uses(elsewhere);
    const [own, drivers, other] = [zygote(home.profile), zygote(elsewhere), zygote(`${elsewhere}-2`)];
    const ends = Promise.all([killed(own), killed(drivers)]);
    await home.clear();
    expect(await ends).toEqual(['SIGKILL', 'SIGKILL']);
    expect([other.exitCode, other.signalCode]).toEqual([null, null]);
    expect([home.profile, elsewhere].filter((folder) => existsSync(folder))).toEqual([]);
  },
);
