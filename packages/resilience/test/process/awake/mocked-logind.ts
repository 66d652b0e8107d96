import { execFileSync, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';

const NAME = 'org.freedesktop.login1';
const PATH = '/org/freedesktop/login1';
/** The Python of the system, for which the package python3-dbusmock is made. */
const PYTHON = '/usr/bin/python3';

/** A logind that grants everything and sleeps when it is told to, on a bus of its own. */
export interface MockedLogind {
  /** For processes that are to see this bus as the system's. */
  readonly env: Readonly<Record<string, string>>;
  /** `systemd-inhibit --list`, a line a lock. */
  locks(): readonly string[];
  /** Emits PrepareForSleep. */
  prepareForSleep(value: boolean): void;
  stop(): Promise<void>;
}

/** Whether everything is there that a mocked logind needs. */
export function canMockLogind(): boolean {
  const needs: readonly (readonly [string, ...string[]])[] = [
    [PYTHON, '-c', 'import dbusmock'],
    ['dbus-daemon', '--version'],
    ['systemd-inhibit', '--version'],
    ['gdbus', 'help'],
    ['sh', '-c', 'command -v dbus-monitor'],
  ];
  try {
    for (const [program, ...args] of needs) execFileSync(program, args, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** Starts a private bus and a mocked logind on it. */
export async function startMockedLogind(): Promise<MockedLogind> {
  const bus = spawn('dbus-daemon', ['--session', '--nofork', '--print-address'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const [address] = (await once(createInterface({ input: bus.stdout }), 'line')) as [string];
  const env = { DBUS_SYSTEM_BUS_ADDRESS: address };
  const all = { encoding: 'utf8', env: { ...process.env, ...env } } as const;
  const mock = spawn(PYTHON, ['-m', 'dbusmock', '--template', 'logind'], { stdio: 'ignore', env: all.env });
  const locks = (): readonly string[] =>
    execFileSync('systemd-inhibit', ['--list', '--no-pager', '--no-legend'], { ...all, stdio: 'pipe' })
      .split('\n')
      .filter((line) => line !== '');
  await untilAnswered(locks);
  return {
    env,
    locks,
    prepareForSleep(value) {
      const method = 'org.freedesktop.DBus.Mock.EmitSignal';
      const call = ['call', '--system', '--dest', NAME, '--object-path', PATH, '--method', method];
      execFileSync('gdbus', [...call, `${NAME}.Manager`, 'PrepareForSleep', 'b', `[<${value}>]`], all);
    },
    stop: async () => void (await Promise.all([mock, bus].map(end))),
  };
}

async function untilAnswered(ask: () => unknown): Promise<void> {
  for (let tries = 200; ; tries -= 1) {
    try {
      ask();
      return;
    } catch (error) {
      if (tries === 0) throw error;
    }
    await wait(100);
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}
