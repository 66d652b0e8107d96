import { expect, onTestFinished, test, vi } from 'vitest';
import { VirtualClock } from '../clock/index.ts';
import type { Interfaces } from './machine.ts';
import { FakeMachine, lineOf } from './testing/fake-machine.ts';
import { watchNetwork } from './watch-network.ts';
import type { NetworkChange, NetworkWatch } from './watch-network.ts';

const loopback = [{ address: '127.0.0.1', family: 'IPv4' as const, internal: true }];

function addresses(...list: readonly string[]): Interfaces {
  const all: Record<string, { address: string; family: 'IPv4'; internal: boolean }[]> = { lo: loopback };
  for (const each of list) {
    const [name = '', address = ''] = each.split(' ');
    (all[name] ??= []).push({ address, family: 'IPv4', internal: false });
  }
  return all;
}

interface Scene {
  readonly clock: VirtualClock;
  readonly machine: FakeMachine;
  readonly changes: NetworkChange[];
  readonly watch: NetworkWatch;
  now: Interfaces;
}

function begin(platform: NodeJS.Platform, ...list: readonly string[]): Scene {
  const machine = new FakeMachine(platform, platform === 'linux' ? { ip: () => {} } : {});
  const clock = new VirtualClock();
  const changes: NetworkChange[] = [];
  const state = { now: addresses(...list) };
  const watch = watchNetwork({
    ...machine.options,
    clock,
    interfaces: () => state.now,
    onChange: (each) => void changes.push(each),
  });
  return Object.assign(state, { clock, machine, changes, watch });
}

test('addresses that come, change and go are told as up, changed and down, within a poll and a burst', async () => {
  const it = begin('darwin');
  it.now = addresses('en0 10.0.0.2');
  await it.clock.advance(600);
  it.now = addresses('en0 10.0.0.3');
  await it.clock.advance(600);
  it.now = addresses();
  await it.clock.advance(600);
  const start = Date.UTC(2026, 0, 1);
  expect(it.changes).toEqual([
    { type: 'up', at: start + 600, addresses: ['en0 10.0.0.2'] },
    { type: 'changed', at: start + 1_100, addresses: ['en0 10.0.0.3'] },
    { type: 'down', at: start + 1_600, addresses: [] },
  ]);
  expect(it.watch.addresses).toEqual([]);
  await it.watch.stop();
  expect(it.clock.pending).toBe(0);
});

test('loopback and link-local addresses are no network, and the order of interfaces is no change', async () => {
  const it = begin('darwin', 'en0 10.0.0.2', 'en1 10.0.1.2');
  it.now = addresses('en1 10.0.1.2', 'en0 10.0.0.2', 'en2 169.254.3.4', 'en2 fe80::1');
  await it.clock.advance(5_000);
  expect(it.changes).toEqual([]);
  await it.watch.stop();
});

test.each([Number.NaN, 0, -1, 'soon'])('a pause of %s between two looks is refused by name', (pollMs) => {
  const clock = new VirtualClock();
  const { options } = new FakeMachine('darwin', {});
  expect(() => watchNetwork({ ...options, clock, pollMs, onChange: () => {} })).toThrow(
    expect.objectContaining({ field: 'pollMs' }),
  );
  expect(clock.pending).toBe(0);
});

test('a pause between two looks may be given as text', async () => {
  const clock = new VirtualClock();
  let looks = 0;
  const interfaces = (): Interfaces => {
    looks += 1;
    return addresses();
  };
  const { options } = new FakeMachine('darwin', {});
  const watch = watchNetwork({ ...options, clock, interfaces, pollMs: '2s', onChange: () => {} });
  await clock.advance(10_000);
  expect(looks).toBe(1 + 5);
  await watch.stop();
});

test('on Linux ip monitor tells before the next poll, and a burst is one change', async () => {
  const it = begin('linux', 'eth0 10.0.0.2');
  await it.clock.advance(10);
  const monitor = it.machine.children[0];
  expect(monitor === undefined ? '' : lineOf(monitor.command)).toMatch(
    /^sh -c [^]* sh ip -o monitor link address route$/,
  );
  expect(it.watch.report()).toEqual({ monitor: 'running', reason: null });
  it.now = addresses('eth0 10.0.0.2', 'eth1 10.1.0.2');
  monitor?.say('3: eth1: <BROADCAST,UP> mtu 1500', '3: eth1    inet 10.1.0.2/24 scope global eth1');
  await it.clock.advance(50);
  monitor?.say('10.1.0.0/24 dev eth1 proto kernel scope link');
  expect(it.changes).toEqual([]);
  await it.clock.advance(50);
  expect(it.changes.map(({ type }) => type)).toEqual(['changed']);
  await it.clock.advance(5_000);
  expect(it.changes).toHaveLength(1);
  await it.watch.stop();
  expect(it.machine.alive).toEqual([]);
});

test('a carrier that was lost and is back before anyone looked is a change; that of a foreign interface is none', async () => {
  const it = begin('linux', 'eth0 10.0.0.2');
  await it.clock.advance(10);
  const [monitor] = it.machine.children;
  monitor?.say('7: docker0: <NO-CARRIER,BROADCAST,MULTICAST,UP> mtu 1500 state DOWN');
  await it.clock.advance(200);
  expect(it.changes).toEqual([]);
  monitor?.say('2: eth0: <NO-CARRIER,BROADCAST,MULTICAST,UP> mtu 1500 state DOWN');
  monitor?.say('2: eth0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 state UP');
  await it.clock.advance(200);
  expect(it.changes.map(({ type }) => type)).toEqual(['changed']);
  await it.watch.stop();
});

test('another default route is a change though every address stays, a repeated announcement is none', async () => {
  const it = begin('linux', 'eth0 10.0.0.2');
  const header = 'Iface Destination Gateway Flags RefCnt Use Metric Mask MTU Window IRTT\n';
  const route = (gateway: string): string => `eth0 00000000 ${gateway} 0003 0 0 0 00000000 0 0 0\n`;
  it.machine.files['/proc/net/route'] = header + route('0100000A');
  await it.clock.advance(10);
  const [monitor] = it.machine.children;
  monitor?.say('default via 10.0.0.1 dev eth0');
  await it.clock.advance(200);
  expect(it.changes.map(({ type }) => type)).toEqual(['changed']);
  monitor?.say('default via 10.0.0.1 dev eth0');
  await it.clock.advance(200);
  expect(it.changes).toHaveLength(1);
  it.machine.files['/proc/net/route'] = header + route('FE00000A');
  monitor?.say('default via 10.0.0.254 dev eth0');
  await it.clock.advance(200);
  expect(it.changes).toHaveLength(2);
  await it.watch.stop();
});

test('a monitor that dies is started again after growing waits, and polling goes on meanwhile', async () => {
  const it = begin('linux');
  await it.clock.advance(10);
  for (const [index, delay] of [1_000, 2_000, 4_000].entries()) {
    const monitor = it.machine.alive[0];
    monitor?.exit({ code: 2, stderr: 'Cannot open netlink socket' });
    await it.clock.advance(delay - 100);
    expect(it.machine.alive).toEqual([]);
    expect(it.watch.report()).toMatchObject({ monitor: 'waiting' });
    expect(it.watch.report().reason).toContain('Cannot open netlink socket');
    it.now = addresses(`eth0 10.0.0.${index + 2}`);
    await it.clock.advance(700);
    expect(it.changes).toHaveLength(index + 1);
    expect(it.machine.alive).toHaveLength(1);
  }
  await it.watch.stop();
  expect(it.machine.alive).toEqual([]);
  expect(it.clock.pending).toBe(0);
});

test('without ip the watch polls, says so, and does not look for it again', async () => {
  const machine = new FakeMachine('linux', {});
  const clock = new VirtualClock();
  const watch = watchNetwork({ ...machine.options, clock, interfaces: () => ({}), onChange: () => {} });
  await clock.advance(600_000);
  expect(machine.children).toHaveLength(1);
  expect(watch.report()).toMatchObject({ monitor: 'absent' });
  await watch.stop();
});

test('a listener that throws becomes a warning, and the next change is told', async () => {
  const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
  onTestFinished(() => warned.mockRestore());
  const machine = new FakeMachine('darwin', {});
  const clock = new VirtualClock();
  const told: string[] = [];
  let now = addresses();
  const watch = watchNetwork({
    ...machine.options,
    clock,
    interfaces: () => now,
    onChange: ({ type }) => {
      told.push(type);
      throw new Error('listener');
    },
  });
  now = addresses('en0 10.0.0.2');
  await clock.advance(1_000);
  now = addresses();
  await clock.advance(1_000);
  expect(told).toEqual(['up', 'down']);
  expect(warned).toHaveBeenCalledTimes(2);
  await watch.stop();
});
