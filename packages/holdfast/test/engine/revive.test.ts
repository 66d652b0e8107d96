import { memoryState, type StateStore } from '@holdfast/resilience/state';
import { expect, test } from 'vitest';
import type { Transport } from '../../src/transport/port.ts';
import { virtualMachine } from './virtual-engine.ts';

const HOUR = 3_600_000;
const ADDRESS = ['eth0 10.0.0.2'];
const away = { type: 'down', addresses: [] } as const;
const back = { type: 'up', addresses: ADDRESS } as const;

/** A transport whose network can be taken away: what is on its way then hangs, what is sent fails. */
function unpluggable() {
  const cable = { plugged: true, resets: 0 };
  const wrap = (transport: Transport): Transport => ({
    ...transport,
    send: async (exchange, signal) => {
      if (!cable.plugged)
        throw Object.assign(new Error('connect ENETUNREACH 10.0.0.1:80'), { code: 'ENETUNREACH' });
      return transport.send(exchange, signal);
    },
    reset: () => void (cable.resets += 1),
  });
  return { cable, wrap };
}

test('without a network nothing is sent, no try is burnt, and the first request follows within a second of its return', async () => {
  const { cable, wrap } = unpluggable();
  const machine = virtualMachine({ host: 'repository.example', wrap });
  const { clock, start, requests, watch, upstream, store } = machine;
  const run = start();
  await run.until(() => requests() >= 2);
  cable.plugged = false;
  run.engine.networkChanged(away);
  const asked = requests();
  await clock.advance(50_000);
  expect([requests(), run.state()]).toEqual([asked, 'offline']);
  await clock.advance(6 * HOUR);
  expect(run.engine.sources()[0]?.health).toMatchObject({ failures: 0, retries: 0 });

  cable.plugged = true;
  run.engine.networkChanged(back);
  const at = clock.now();
  await run.until(() => requests() > asked);
  expect(clock.now() - at).toBeLessThanOrEqual(1_000);
  expect(cable.resets).toBeGreaterThanOrEqual(2);
  await run.until(() => run.state() === 'ok');
  expect((await store.stats()).records).toBe([...upstream.truth()].length);
  expect(watch.findings).toEqual([]);
  expect(
    run.events.filter(({ kind }) => kind === 'machine').map((event) => 'change' in event && event.change),
  ).toEqual(['network-down', 'network-up']);
  await run.stop();
});

test('a failure without any address is known to be our own before the watch says so', async () => {
  const { cable, wrap } = unpluggable();
  const { clock, start } = virtualMachine({
    host: 'repository.example',
    wrap,
    options: { addresses: () => [] },
  });
  cable.plugged = false;
  const run = start();
  await clock.advance(5_000);
  expect(run.state()).toBe('offline');
  cable.plugged = true;
  // No change is told: the slow probe finds the way.
  await clock.advance(120_000);
  expect(run.engine.machine().network).toBe('up');
  await run.stop();
});

test('an exchange that hangs over a sleep is asked again at once, is no failure, and keeps to the interval', async () => {
  const { clock, start, requests, watch } = virtualMachine({ faults: ['any:never-answers@3'] });
  const run = start();
  await run.until(() => requests() >= 3);
  await clock.advance(1_000);
  await clock.suspend(8 * HOUR);
  run.engine.woke({ sleptMs: 8 * HOUR });
  const at = clock.now();
  await run.until(() => requests() > 3);
  expect(clock.now() - at).toBeLessThanOrEqual(2_000);
  expect(run.engine.sources()[0]?.health.failures).toBe(0);
  await run.until(() => run.state() === 'ok');
  expect(watch.findings).toEqual([]);
  expect(run.engine.machine().lastSleep).toMatchObject({ ms: 8 * HOUR });
  await run.stop();
});

test('waking ends our own waits with a short one ahead, but not what the upstream asked for', async () => {
  const dead = virtualMachine({ faults: ['any:500@1x*'] });
  const run = dead.start();
  await dead.clock.advance(6 * HOUR);
  const asked = dead.requests();
  run.engine.woke({ sleptMs: HOUR });
  await dead.clock.advance(2_000);
  expect(dead.requests()).toBe(asked + 1);
  await dead.clock.advance(60_000);
  expect(dead.requests()).toBeLessThanOrEqual(asked + 12);
  await run.stop();

  const held = virtualMachine({ faults: ['any:503-retry-after@1x*'] });
  const other = held.start();
  await held.clock.advance(100);
  const before = held.requests();
  other.engine.woke({ sleptMs: 10 });
  other.engine.networkChanged(back);
  await held.clock.advance(500);
  expect(held.requests()).toBe(before);
  await other.stop();
  expect(held.watch.findings).toEqual([]);
});

test('addresses that only come on top leave alone what is on its way', async () => {
  const { clock, start, requests } = virtualMachine({
    faults: ['any:never-answers@3'],
    options: { addresses: () => ADDRESS },
  });
  const run = start();
  await run.until(() => requests() >= 3);
  run.engine.networkChanged({ type: 'changed', addresses: [...ADDRESS, 'docker0 172.17.0.1'] });
  await clock.advance(10_000);
  expect(requests()).toBe(3);
  run.engine.networkChanged({ type: 'changed', addresses: ['docker0 172.17.0.1'] });
  await clock.advance(3_000);
  expect(requests()).toBeGreaterThan(3);
  await run.stop();
});

test('a cooldown goes on over a stop that our timers counted, and is over after a sleep that they did not count', async () => {
  const { clock, start, requests } = virtualMachine({ faults: ['any:429@1x*'] });
  const run = start();
  await run.until(() => run.state() === 'throttled');
  const asked = requests();
  await clock.advance(40_000);
  run.engine.woke({ sleptMs: 39_000, cause: 'pause' });
  // As on systems whose monotonic clock goes on in a sleep.
  run.engine.woke({ sleptMs: 39_000 });
  await clock.advance(15_000);
  expect(requests()).toBe(asked);
  await clock.suspend(HOUR);
  run.engine.woke({ sleptMs: HOUR });
  await clock.advance(2_000);
  expect(requests()).toBe(asked + 1);
  await run.stop();
});

test('a wake at which what is remembered cannot be read ends no engine: a cooldown then lasts its time', async () => {
  const unhandled: unknown[] = [];
  const note = (error: unknown): number => unhandled.push(error);
  process.on('unhandledRejection', note);
  const machine = virtualMachine();
  const { clock, start } = machine;
  const state = memoryState();
  let reads = 0;
  let isAway = false;
  const get: StateStore['get'] = (key) => {
    if (!isAway) return state.get(key);
    reads += 1;
    return Promise.reject(new Error('the disk is not back yet'));
  };
  const kept: StateStore = {
    get,
    update: state.update.bind(state),
    lock: state.lock.bind(state),
    close: () => state.close(),
  };
  const run = start({ state: kept });
  await run.until(() => run.state() === 'ok');
  isAway = true;
  await clock.suspend(HOUR);
  run.engine.woke({ sleptMs: HOUR });
  await clock.advance(0);
  await new Promise((resolve) => setImmediate(resolve));
  isAway = false;
  expect([reads > 0, unhandled, run.ended()]).toEqual([true, [], null]);
  process.off('unhandledRejection', note);
  await run.stop();
});
