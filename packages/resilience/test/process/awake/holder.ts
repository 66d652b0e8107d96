/** A process of its own that holds or watches, tells what it sees as lines of JSON, and obeys lines on its input. */
import { execFileSync } from 'node:child_process';
import { createInterface } from 'node:readline';
import { keepAwake, watchNetwork, watchSleep } from '../../../src/awake/index.ts';
import type { MachineOptions } from '../../../src/awake/index.ts';
import { systemClock } from '../../../src/clock/index.ts';

const [mode = '', option = ''] = process.argv.slice(2);
const parts: Readonly<Record<string, () => Promise<() => Promise<void>>>> = { keep, sleep, network };

function say(event: string, data: unknown = null): void {
  process.stdout.write(`${JSON.stringify({ event, data })}\n`);
}

async function keep(): Promise<() => Promise<void>> {
  const awake = keepAwake({ clock: systemClock, onBattery: true });
  await awake.acquire('a test');
  say('ready', awake.report());
  return async () => await awake.close();
}

async function sleep(): Promise<() => Promise<void>> {
  const watch = watchSleep({
    clock: systemClock,
    async onSleep() {
      say('flush begins');
      await systemClock.sleep(Number(option));
      say('flush ends', execFileSync('systemd-inhibit', ['--list', '--no-legend'], { encoding: 'utf8' }));
    },
    onWake: (event) => say('wake', event),
  });
  await watch.ready;
  say('ready', watch.report());
  return async () => await watch.stop();
}

/** `poll`: as on a machine without `ip`. */
async function network(): Promise<() => Promise<void>> {
  const absent: Required<Pick<MachineOptions, 'spawn'>> = {
    spawn(_, events) {
      queueMicrotask(() => events.onExit({ code: null, signal: null, failedWith: 'ENOENT', stderr: '' }));
      return { pid: undefined, write() {}, end() {}, kill() {}, keepsAlive() {} };
    },
  };
  const onChange = (change: unknown): void => say('change', change);
  const watch = watchNetwork({ clock: systemClock, onChange, ...(option === 'poll' ? absent : {}) });
  while (watch.report().monitor === 'stopped') await systemClock.sleep(10);
  await systemClock.sleep(200);
  say('ready', watch.report());
  return async () => await watch.stop();
}

const stop = await parts[mode]?.();
for await (const line of createInterface({ input: process.stdin })) {
  const [program = '', ...args] = line.split(' ');
  if (program === 'stop') break;
  say('did', execFileSync(program, args, { encoding: 'utf8' }));
}
await stop?.();
say('stopped');
process.stdin.destroy();
