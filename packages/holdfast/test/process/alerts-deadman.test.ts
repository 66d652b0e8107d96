import { spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { systemClock, systemRandom } from '@holdfast/resilience/clock';
import { expect, test } from 'vitest';
import { askEngine } from '../../src/control/ask.ts';
import { httpCaller, startDeadman } from '../../src/follow/index.ts';
import { receiver, testFolder } from './alerts/bench.ts';
import { afterwards, until } from './support.ts';

const ENGINE = fileURLToPath(new URL('./alerts/engine-process.ts', import.meta.url));
const EVERY_MS = 1_000;

test.skipIf(process.platform === 'win32')(
  'the ping stops when the engine hangs, though its process lives, and comes back with it',
  async () => {
    const dataDir = testFolder();
    const engine = spawn(process.execPath, ['--conditions=@holdfast/source', ENGINE, dataDir], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    afterwards(() => {
      engine.kill('SIGKILL');
    });
    await new Promise((resolve) => {
      engine.stdout.once('data', resolve);
    });
    const { url, received } = await receiver();
    const { env, platform } = process;
    const world = { clock: systemClock, platform, env, tmp: tmpdir(), uid: process.getuid?.() };
    let asked = 0;
    const deadman = startDeadman({
      clock: systemClock,
      random: systemRandom,
      url,
      every: EVERY_MS,
      watchdog: 30_000,
      version: '0.0.0',
      call: httpCaller({ clock: systemClock, env: {} }),
      observe: async () => {
        asked += 1;
        const reply = await askEngine(world, dataDir, { verb: 'status', patience: 300 });
        return { engineAnswers: reply.type === 'result', waitsForDisk: false, supervisor: null };
      },
    });
    afterwards(() => deadman.stop());
    await until(() => received.length >= 3);

    engine.kill('SIGSTOP');
    const before = received.length;
    const askedBefore = asked;
    await until(() => asked >= askedBefore + 4);
    expect(received.length - before).toBeLessThanOrEqual(1);
    expect(deadman.status().withheld).toContain('does not answer');
    expect(engine.exitCode).toBeNull();

    const hung = received.length;
    engine.kill('SIGCONT');
    await until(() => received.length > hung);

    engine.kill('SIGKILL');
    await until(() => engine.signalCode !== null);
    const dead = received.length;
    const askedDead = asked;
    await until(() => asked >= askedDead + 4);
    expect(received.length - dead).toBeLessThanOrEqual(1);
  },
);
