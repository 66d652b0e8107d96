import { channel } from 'node:diagnostics_channel';
import { afterEach, describe, expect, test } from 'vitest';
import { VirtualClock } from '../clock/index.ts';
import { memoryLedger } from '../operation/memory-ledger.ts';
import { operation } from '../operation/operation.ts';
import { resilient } from '../policy/pipeline/resilient.ts';
import { withConnectionResilience } from '../session/functions/with-connection-resilience.ts';
import { withPeriodicHealthCheck } from '../session/functions/with-periodic-health-check.ts';
import { superviseSession } from '../session/supervise-session.ts';
import { FakeAdapter } from '../session/testing/fake-adapter.ts';
import { actor } from '../tree/testing/actors.ts';
import { supervise } from '../tree/supervise.ts';
import type { SupervisorOptions } from '../tree/tree-options.ts';
import { CHANNEL, subscribe } from './index.ts';
import type { ResilienceEvent } from './index.ts';
import { measure } from './measure.ts';

const all = channel(CHANNEL);
const heard: ResilienceEvent[] = [];
let leave = (): void => {};
const listen = (): void => {
  leave = subscribe((event) => heard.push(event));
};
const told = (): string[] => heard.map(({ layer, event }) => `${layer} ${event.type}`);

afterEach(() => {
  leave();
  heard.length = 0;
  expect(all.hasSubscribers).toBe(false);
});

const session = (name: string) => superviseSession(new FakeAdapter(), { name, clock: new VirtualClock() });
const treeOf = (options: Partial<SupervisorOptions> = {}) =>
  supervise({
    name: 'top',
    strategy: 'one-for-one',
    intensity: { restarts: 3, withinMs: '5s' },
    children: [actor('a', 'permanent').spec],
    clock: new VirtualClock(),
    ...options,
  });

describe('what is heard', () => {
  test('a run of a policy', async () => {
    listen();
    await resilient('p', { onEvent: () => {} }).run(() => 1);
    expect(told()).toEqual(['policy attempt', 'policy success']);
    expect(heard[0]?.event).toMatchObject({ policy: 'p', attempt: 1, run: expect.any(Number) });
  });

  test('a supervisor', async () => {
    listen();
    const tree = treeOf();
    await tree.start();
    await tree.stop();
    expect(told()).toEqual(['tree started', 'tree stopped']);
    expect(heard[1]?.event).toEqual({ type: 'stopped', supervisor: 'top', child: 'a', run: 1 });
  });

  test('a session', async () => {
    listen();
    const one = session('n');
    await one.use(async () => 1);
    await one.drain();
    expect(told()).toContain('session opened');
    expect(told().every((line) => line.startsWith('session '))).toBe(true);
    expect(heard[0]?.event).toMatchObject({ type: 'state', session: 'n', from: { kind: 'idle' } });
  });

  test('a session that is lost and comes back, which is one loss and one recovery', async () => {
    listen();
    const clock = new VirtualClock();
    const adapter = new FakeAdapter();
    const one = superviseSession(adapter, { name: 'n', clock });
    await one.use(async () => 1);
    adapter.peer.lost({ cause: 'crash' });
    const again = one.use(async () => 2);
    await clock.advance(60_000);
    expect(await again).toBe(2);
    const taken: string[] = [];
    for (const event of heard) measure(event, (name) => taken.push(name));
    for (const name of ['holdfast.session.losses', 'holdfast.session.recoveries']) {
      expect(
        taken.filter((other) => other === name),
        name,
      ).toHaveLength(1);
    }
    await one.drain();
  });

  test('an operation', async () => {
    listen();
    await operation('o', { ledger: memoryLedger() }, async (op) => op.step('one', async () => 1));
    expect(told()).toEqual(['operation started', 'operation step', 'operation finished']);
    expect(heard[1]?.event).toEqual({ type: 'step', operation: 'o', path: 'one', how: 'ran' });
  });

  test('the recovery of a function, under its name', async () => {
    listen();
    const clock = new VirtualClock();
    let calls = 0;
    const call = withConnectionResilience(
      async () => {
        calls += 1;
        if (calls === 1) throw Object.assign(new Error('gone'), { code: 'ECONNRESET' });
        return calls;
      },
      { name: 'fetch', recover: async () => {}, clock },
    );
    const result = call();
    await clock.advance(60_000);
    expect(await result).toBe(2);
    const recovery = heard.find(({ event }) => event.type === 'recovery');
    expect(recovery).toMatchObject({
      layer: 'session',
      event: { policy: 'fetch', attempt: 1, outcome: 'recovered', verdict: { category: 'network' } },
    });
  });

  test('a health check, with the name of the function, which its own listener is not told', async () => {
    listen();
    const own: unknown[] = [];
    const checked = withPeriodicHealthCheck(async function read() {}, {
      every: 1,
      check: async () => false,
      onUnhealthy: async () => {},
      onEvent: (event) => own.push(event),
    });
    await checked();
    expect(own).toEqual([{ call: 1, outcome: 'unhealthy' }]);
    expect(heard.filter(({ layer }) => layer === 'session')).toEqual([
      { layer: 'session', event: { type: 'health-check', function: 'read', call: 1, outcome: 'unhealthy' } },
    ]);
  });

  test("each part's own listener hears the same object first", async () => {
    const order: unknown[] = [];
    leave = subscribe(({ event }) => order.push(event));
    const tree = treeOf({ onEvent: (event) => order.push(event) });
    await tree.start();
    expect(order).toHaveLength(2);
    expect(order[0]).toBe(order[1]);
    await tree.stop();
  });
});

test('what a listener throws becomes a warning, and others hear on', async () => {
  const warned = Promise.withResolvers<Error>();
  process.once('warning', warned.resolve);
  const stop = subscribe(() => {
    throw new Error('bad subscriber');
  });
  listen();
  all.publish({ layer: 'policy', event: { type: 'attempt' } });
  stop();
  expect(heard).toHaveLength(1);
  expect((await warned.promise).message).toBe('bad subscriber');
});

test('after leaving nothing is heard, and leaving twice does no harm', () => {
  listen();
  leave();
  expect(all.hasSubscribers).toBe(false);
  all.publish({ layer: 'policy', event: { type: 'attempt' } });
  leave();
  expect(heard).toEqual([]);
});

test.each([
  ['no object', 'policy'],
  ['null', null],
  ['another layer', { layer: 'kernel', event: { type: 'x' } }],
  ['no event', { layer: 'policy' }],
  ['null for an event', { layer: 'policy', event: null }],
  ['an event without a type', { layer: 'policy', event: { policy: 'x' } }],
])('what others write to the channel is left out: %s', (_, message) => {
  listen();
  all.publish(message);
  expect(heard).toEqual([]);
});

test.each(['policy', 'tree', 'session', 'operation'])('the layer %s is heard', (layer) => {
  listen();
  all.publish({ layer, event: { type: 'x' } });
  expect(heard).toEqual([{ layer, event: { type: 'x' } }]);
});

test('a run that nobody hears builds no event, so it takes no number', async () => {
  const policy = resilient('p', {});
  const numberOf = async (): Promise<number> => {
    listen();
    await policy.run(() => 1);
    leave();
    const last = heard.at(-1)?.event as { readonly run: number } | undefined;
    return last?.run ?? 0;
  };
  const first = await numberOf();
  for (let times = 0; times < 3; times += 1) await policy.run(() => 1);
  expect(await numberOf()).toBe(first + 1);
  expect(heard).toHaveLength(4);
});
