import { expect, onTestFinished, test, vi } from 'vitest';
import { VirtualClock } from '../clock/index.ts';
import { FakeMachine, fakeInhibit, lineOf } from './testing/fake-machine.ts';
import type { Behaviour, FakeChild } from './testing/fake-machine.ts';
import { watchSleep } from './watch-sleep.ts';
import type { SleepWatch, WakeEvent } from './watch-sleep.ts';

const owned = 'The name org.freedesktop.login1 is owned by :1.0';
const gdbus: Behaviour = (child) => child.say('Monitoring signals from all objects', owned);
const signal = (value: boolean): string =>
  `/org/freedesktop/login1: org.freedesktop.login1.Manager.PrepareForSleep (${value},)`;

interface Scene {
  readonly clock: VirtualClock;
  readonly machine: FakeMachine;
  readonly log: string[];
  readonly wakes: WakeEvent[];
  readonly watch: SleepWatch;
  readonly flush: PromiseWithResolvers<void>;
  readonly monitor: () => FakeChild | undefined;
}

async function begin(
  programs: Readonly<Record<string, Behaviour>>,
  platform: NodeJS.Platform = 'linux',
): Promise<Scene> {
  const machine = new FakeMachine(platform, programs);
  const clock = new VirtualClock();
  const flush = Promise.withResolvers<void>();
  const log: string[] = [];
  const wakes: WakeEvent[] = [];
  const watch = watchSleep({
    ...machine.options,
    clock,
    async onSleep() {
      log.push('flush begins');
      await flush.promise;
      log.push('flush ends');
    },
    onWake: (event) => {
      log.push('wake');
      wakes.push(event);
    },
  });
  await watch.ready;
  const monitor = (): FakeChild | undefined => machine.alive.find(({ command }) => command.program === 'sh');
  return { clock, machine, log, wakes, watch, flush, monitor };
}

const inhibit = fakeInhibit(['sleep']);
const locks = ({ machine }: Scene): number =>
  machine.alive.filter(({ command }) => command.program === 'systemd-inhibit').length;

test('a delay lock is held, and released only when the flush is done; on wake it is taken again', async () => {
  const it = await begin({ 'systemd-inhibit': inhibit, gdbus });
  expect(it.machine.alive.map(({ command }) => lineOf(command).replace(/\[4711\.\d+\]/, '[4711.N]'))).toEqual(
    [
      'systemd-inhibit --what=sleep --mode=delay --who=holdfast --why=write everything to disk before sleep [4711.N] cat',
      expect.stringMatching(
        /^sh -c [^]* sh gdbus monitor --system --dest org\.freedesktop\.login1 --object-path \/org\/freedesktop\/login1$/,
      ),
    ],
  );
  expect(it.watch.report()).toEqual({ level: 'logind', listener: 'gdbus', isDelaying: true, missing: [] });
  it.monitor()?.say(signal(true));
  await it.clock.advance(1_000);
  expect(it.log).toEqual(['flush begins']);
  expect(locks(it)).toBe(1);
  it.flush.resolve();
  await it.clock.advance(0);
  expect(it.log).toEqual(['flush begins', 'flush ends']);
  expect(locks(it)).toBe(0);
  await it.clock.suspend(8 * 3_600_000);
  it.monitor()?.say(signal(false));
  await it.clock.advance(0);
  expect(it.log).toEqual(['flush begins', 'flush ends', 'wake']);
  expect(it.wakes).toEqual([{ at: it.clock.now(), sleptMs: 8 * 3_600_000 }]);
  expect(locks(it)).toBe(1);
  await it.watch.stop();
  expect(it.machine.alive).toEqual([]);
  expect(it.clock.pending).toBe(0);
});

test('a flush that takes longer than 4 s does not hold the machine any longer', async () => {
  const it = await begin({ 'systemd-inhibit': inhibit, gdbus });
  it.monitor()?.say(signal(true));
  await it.clock.advance(3_999);
  expect(locks(it)).toBe(1);
  await it.clock.advance(1);
  expect(locks(it)).toBe(0);
  it.flush.resolve();
  it.monitor()?.say(signal(false));
  await it.clock.advance(0);
  expect(it.wakes).toHaveLength(1);
  await it.watch.stop();
});

test('a flush that fails becomes a warning, and the machine may sleep', async () => {
  const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
  onTestFinished(() => warned.mockRestore());
  const it = await begin({ 'systemd-inhibit': inhibit, gdbus });
  it.monitor()?.say(signal(true));
  it.flush.reject(new Error('disk full'));
  await it.clock.advance(0);
  expect(locks(it)).toBe(0);
  expect(warned).toHaveBeenCalledWith(expect.objectContaining({ message: 'disk full' }));
  await it.watch.stop();
});

test('a sleep that is called off during the flush is a wake after it; repeated signals are one', async () => {
  const it = await begin({ 'systemd-inhibit': inhibit, gdbus });
  it.monitor()?.say(signal(true), signal(true), signal(false), signal(false));
  await it.clock.advance(10);
  expect(it.log).toEqual(['flush begins']);
  it.flush.resolve();
  await it.clock.advance(0);
  expect(it.log).toEqual(['flush begins', 'flush ends', 'wake']);
  expect(it.wakes).toMatchObject([{ sleptMs: 0 }]);
  expect(locks(it)).toBe(1);
  await it.watch.stop();
});

test('without gdbus, dbus-monitor is listened to', async () => {
  const it = await begin({
    'systemd-inhibit': inhibit,
    'dbus-monitor': (child) => child.say('signal time=1 sender=org.freedesktop.DBus member=NameAcquired'),
  });
  expect(it.watch.report()).toMatchObject({ level: 'logind', listener: 'dbus-monitor' });
  expect(it.machine.argv.at(-1)).toContain(
    "dbus-monitor --system type='signal',sender='org.freedesktop.login1',path='/org/freedesktop/login1',interface='org.freedesktop.login1.Manager',member='PrepareForSleep'",
  );
  it.flush.resolve();
  const head =
    'signal time=2 sender=:1.0 -> destination=(null destination) serial=15 path=/org/freedesktop/login1; interface=org.freedesktop.login1.Manager; member=PrepareForSleep';
  it.monitor()?.say('   boolean true', head, '   boolean true');
  await it.clock.advance(0);
  it.monitor()?.say(head, '   boolean false');
  await it.clock.advance(0);
  expect(it.log).toEqual(['flush begins', 'flush ends', 'wake']);
  await it.watch.stop();
});

test('a listener that dies while the machine sleeps is started again, and then the wake is told', async () => {
  const it = await begin({ 'systemd-inhibit': inhibit, gdbus });
  it.flush.resolve();
  it.monitor()?.say(signal(true));
  await it.clock.advance(0);
  it.monitor()?.exit({ code: 1 });
  await it.clock.advance(999);
  expect(it.watch.report()).toMatchObject({ level: 'none' });
  expect(it.watch.report().missing[0]).toContain('gdbus ended with code 1');
  await it.clock.advance(1);
  expect(it.log.at(-1)).toBe('wake');
  expect(it.watch.report()).toMatchObject({ level: 'logind', missing: [] });
  await it.watch.stop();
});

test('a lock that is refused is said, and sleep is announced all the same', async () => {
  const it = await begin({ 'systemd-inhibit': fakeInhibit([]), gdbus });
  expect(it.watch.report()).toMatchObject({ level: 'announced', isDelaying: false });
  expect(it.watch.report().missing).toEqual([
    'sleep is not delayed: systemd-inhibit ended with code 1: Failed to inhibit: Access denied',
  ]);
  it.monitor()?.say(signal(true));
  await it.clock.advance(0);
  expect(it.log).toEqual(['flush begins']);
  await it.watch.stop();
});

test.each<[NodeJS.Platform, string]>([
  ['darwin', 'there is no logind on darwin'],
  ['win32', 'there is no logind on win32'],
  ['linux', 'systemd-inhibit is not on this machine'],
])('on %s without logind nothing is claimed and nothing is started again', async (platform, reason) => {
  const it = await begin({}, platform);
  expect(it.watch.report()).toMatchObject({ level: 'none', listener: null, isDelaying: false });
  expect(it.watch.report().missing.join(' ')).toContain(reason);
  await it.clock.advance(3_600_000);
  expect(it.machine.alive).toEqual([]);
  expect(it.clock.pending).toBe(0);
  await it.watch.stop();
});
