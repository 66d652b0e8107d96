import { expect, test } from 'vitest';
import { VirtualClock } from '../clock/index.ts';
import type { MachineSignal } from '../events/machine-signals.ts';
import type { Interfaces } from './machine.ts';
import { machineSignals } from './machine-signals.ts';
import type { MachineSignalsOptions, WatchedMachine } from './machine-signals.ts';
import { FakeMachine } from './testing/fake-machine.ts';

const LOOPBACK = { lo: [{ address: '127.0.0.1', family: 'IPv4' as const, internal: true }] };
const WIRED: Interfaces = {
  ...LOOPBACK,
  en0: [{ address: '10.0.0.2', family: 'IPv4' as const, internal: false }],
};

interface Scene {
  readonly clock: VirtualClock;
  readonly machine: FakeMachine;
  readonly signals: WatchedMachine;
  readonly told: MachineSignal[];
  readonly listen: () => () => void;
  now: Interfaces;
}

function scene(now: Interfaces, options: Partial<MachineSignalsOptions> = {}): Scene {
  const clock = new VirtualClock();
  const machine = new FakeMachine('linux', { ip: () => {} });
  const told: MachineSignal[] = [];
  const state = { now };
  const signals = machineSignals({
    clock,
    time: { platform: 'linux', cpuMs: () => 0 },
    network: { ...machine.options, interfaces: () => state.now },
    ...options,
  });
  const listen = (): (() => void) => signals.subscribe((signal) => told.push(signal));
  return Object.assign(state, { clock, machine, signals, told, listen });
}

test('nothing is watched before the first listener; the watches go on for the linger and then leave nothing', async () => {
  const it = scene(WIRED, { linger: '10s' });
  await it.clock.advance(5_000);
  expect([it.clock.pending, it.machine.children.length]).toEqual([0, 0]);
  const first = it.listen();
  const second = it.listen();
  await it.clock.advance(1_000);
  expect(it.machine.children).toHaveLength(1);
  first();
  await it.clock.advance(60_000);
  expect(it.machine.alive).toHaveLength(1);
  second();
  await it.clock.advance(9_999);
  expect(it.machine.alive).toHaveLength(1);
  await it.clock.advance(1);
  await it.clock.advance(5_000);
  expect([it.clock.pending, it.machine.alive.length]).toEqual([0, 0]);
});

test('who listens again within the linger finds the same watches, and time anew afterwards', async () => {
  const it = scene(WIRED, { linger: '10s' });
  for (let n = 0; n < 5; n += 1) {
    const leave = it.listen();
    await it.clock.advance(1_000);
    leave();
    leave();
    await it.clock.advance(9_000);
  }
  expect(it.machine.children).toHaveLength(1);
  it.listen();
  await it.clock.advance(30_000);
  expect(it.machine.alive).toHaveLength(1);
  await it.signals.stop();
  expect(it.clock.pending).toBe(0);
});

test('it lingers for a minute unless told otherwise', async () => {
  const it = scene(WIRED, { network: false });
  it.listen()();
  await it.clock.advance(59_999);
  expect(it.clock.pending).toBe(2);
  await it.clock.advance(1);
  expect(it.clock.pending).toBe(0);
});

test('sleep of the machine is a wake; a stop of the process and a stepped wall clock are none', async () => {
  const it = scene(WIRED, { network: false });
  it.listen();
  await it.clock.advance(1_500);
  await it.clock.pause(60_000);
  it.clock.stepWall(3_600_000);
  await it.clock.advance(2_000);
  expect(it.told).toEqual([]);
  await it.clock.suspend(8 * 3_600_000);
  await it.clock.advance(1_000);
  expect(it.told).toEqual([{ kind: 'wake', sleptMs: 8 * 3_600_000 }]);
  await it.signals.stop();
});

test('where monotonic time counts sleep a long idle gap is a wake', async () => {
  const it = scene(WIRED, { network: false, time: { platform: 'darwin', cpuMs: () => 0 } });
  it.listen();
  await it.clock.suspend(3_600_000, { monotonic: true });
  await it.clock.advance(1_000);
  expect(it.told).toEqual([{ kind: 'wake', sleptMs: 3_600_000 - 1_000 }]);
  await it.signals.stop();
});

test('a machine that loses its addresses is offline until it has some again', async () => {
  const it = scene(WIRED, { time: false });
  it.listen();
  expect(it.signals.online).toBe(true);
  it.now = LOOPBACK;
  await it.clock.advance(700);
  expect([it.signals.online, it.told]).toEqual([false, [{ kind: 'offline' }]]);
  it.now = WIRED;
  await it.clock.advance(700);
  expect([it.signals.online, it.told]).toEqual([true, [{ kind: 'offline' }, { kind: 'online' }]]);
  await it.signals.stop();
  expect(it.told).toHaveLength(2);
});

test('a machine that never had an address counts as online, and the first address is told all the same', async () => {
  const it = scene(LOOPBACK, { time: false });
  it.listen();
  await it.clock.advance(10_000);
  expect([it.signals.online, it.told]).toEqual([true, []]);
  it.now = WIRED;
  await it.clock.advance(700);
  expect([it.signals.online, it.told]).toEqual([true, [{ kind: 'online' }]]);
  await it.signals.stop();
});

test('addresses that were lost while nobody watched are noticed when somebody listens again', async () => {
  const it = scene(WIRED, { time: false });
  it.listen()();
  await it.signals.stop();
  it.now = LOOPBACK;
  expect(it.signals.online).toBe(true);
  it.listen();
  expect([it.signals.online, it.told]).toEqual([false, [{ kind: 'offline' }]]);
  await it.signals.stop();
});

test('a stop while offline lets go who waits for the network, and can be followed by a start', async () => {
  const it = scene(WIRED, { time: false });
  it.listen();
  it.now = LOOPBACK;
  await it.clock.advance(700);
  await it.signals.stop();
  expect([it.signals.online, it.told.at(-1)]).toEqual([true, { kind: 'online' }]);
  expect([it.clock.pending, it.machine.alive.length]).toEqual([0, 0]);
});

test('with both watches off it says nothing and costs nothing', async () => {
  const it = scene(WIRED, { time: false, network: false });
  it.listen();
  await it.clock.suspend(3_600_000);
  await it.clock.advance(5_000);
  expect([it.clock.pending, it.told, it.signals.online]).toEqual([0, [], true]);
});

test('a listener that throws becomes a warning, and the others are told; one that leaves meanwhile is told once', async () => {
  const it = scene(WIRED, { network: false });
  const warnings: unknown[] = [];
  const onWarning = (warning: unknown): void => void warnings.push(warning);
  process.on('warning', onWarning);
  const leave = it.signals.subscribe(() => {
    leave();
    throw new Error('a bad listener');
  });
  it.listen();
  for (let n = 0; n < 2; n += 1) {
    await it.clock.suspend(60_000);
    await it.clock.advance(1_000);
  }
  process.off('warning', onWarning);
  expect(it.told).toHaveLength(2);
  expect(warnings).toEqual([expect.objectContaining({ message: 'a bad listener' })]);
  await it.signals.stop();
});

test('who subscribes while a signal is told hears the next one', async () => {
  const it = scene(WIRED, { network: false });
  it.signals.subscribe(() => void it.listen());
  for (const listeners of [0, 1, 3]) {
    await it.clock.suspend(60_000);
    await it.clock.advance(1_000);
    expect(it.told).toHaveLength(listeners);
  }
  await it.signals.stop();
});

test('a linger that cannot be is refused by name', () => {
  expect(() => machineSignals({ linger: 'soon' as never })).toThrow(
    expect.objectContaining({ code: 'ERR_INVALID_OPTION', field: 'linger' }),
  );
});
