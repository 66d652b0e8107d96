import { getEventListeners } from 'node:events';
import { describe, expect, test } from 'vitest';
import { VirtualClock } from '../../clock/index.ts';
import { memoryState } from '../../state/index.ts';
import type { StateStore } from '../../state/index.ts';
import { gate } from '../index.ts';
import type { Gate, Wait } from '../index.ts';

const HOUR = 3_600_000;

function setup(values = new Map<string, string>(), clock = new VirtualClock()) {
  const open = (state: StateStore = memoryState(values), next = 0): Gate =>
    gate({ key: 'example.org', minIntervalMs: '3s', state, clock, random: { next: () => next } });
  const starts: number[] = [];
  const send = async (): Promise<void> => void starts.push(clock.monotonic());
  return { clock, values, open, starts, send };
}

describe('gate', () => {
  test('releases waiting tasks one by one at the rate, in the order of asking', async () => {
    const { clock, open, starts } = setup();
    const origin = open();
    const order: number[] = [];
    const tasks = [1, 2, 3].map((n) =>
      origin.run(async () => {
        order.push(n);
        starts.push(clock.monotonic());
        await clock.sleep(500);
        return n;
      }),
    );
    await clock.advance(20_000);
    expect(await Promise.all(tasks)).toEqual([1, 2, 3]);
    expect(order).toEqual([1, 2, 3]);
    expect(starts).toEqual([0, 3_505, 7_010]);
  });

  test('notes durably that it is about to send before it sends, and the end when the request fails', async () => {
    const { values, open } = setup();
    const origin = open();
    const failure = new Error('reset');
    let noted = '';
    const run = origin.run(() => {
      noted = values.get('gate:example.org') ?? '';
      throw failure;
    });
    await expect(run).rejects.toBe(failure);
    expect(JSON.parse(noted)).toHaveProperty('flight');
    expect(JSON.parse(values.get('gate:example.org') ?? '')).not.toHaveProperty('flight');
    expect(await origin.peek()).toMatchObject({ inFlight: false, notBefore: undefined });
  });

  test('after a crash in flight the whole interval counts from its discovery', async () => {
    const { clock, open, starts, send } = setup();
    void open().run(() => new Promise<never>(() => {}));
    await clock.advance(HOUR);
    const reborn = open();
    expect((await reborn.peek()).inFlight).toBe(true);
    const run = reborn.run(send);
    await clock.advance(3_010);
    await run;
    expect(starts).toEqual([HOUR + 3_005]);
  });

  test('a Retry-After survives a crash, is not lengthened by jitter and cannot be ended', async () => {
    const { clock, open, starts, send } = setup();
    await open(undefined, 0.9).close('10m', { kind: 'retry-after', reason: '503', raw: '600' });
    await clock.advance(60_000);
    const reborn = open();
    expect(await reborn.open()).toBe(false);
    expect(await reborn.peek()).toMatchObject({
      kind: 'retry-after',
      raw: '600',
      notBefore: clock.now() + 540_000,
    });
    const waits: Wait[] = [];
    const run = reborn.run(send, { onWait: (wait) => waits.push(wait) });
    await clock.advance(1_000);
    expect(waits[0]).toMatchObject({ kind: 'retry-after', reason: '503', raw: '600' });
    expect(waits[0]?.end()).toBe(false);
    await clock.advance(HOUR);
    await run;
    expect(starts).toEqual([600_005]);
  });

  test.each([
    [-2 * HOUR, 600_005],
    [HOUR, 600_005],
  ])('within one process a wall clock stepped by %d ms moves no hold', async (step, at) => {
    const { clock, open, starts, send } = setup();
    const origin = open();
    await origin.close('10m', { kind: 'retry-after', reason: '503' });
    clock.stepWall(step);
    const run = origin.run(send);
    await clock.advance(2 * HOUR);
    await run;
    expect(starts).toEqual([at]);
  });

  test('a wall clock stepped back before a restart cannot make a hold longer than it was', async () => {
    const { clock, open, starts, send } = setup();
    await open().close('10m', { kind: 'retry-after', reason: '503' });
    clock.stepWall(-365 * 24 * HOUR);
    const run = open().run(send);
    await clock.advance(HOUR);
    await run;
    expect(starts).toEqual([600_005]);
  });

  test('a wall clock stepped forward before a restart ends neither a hold nor the interval', async () => {
    const { clock, open, starts, send } = setup();
    const first = open();
    await first.run(send);
    await first.close('10m', { kind: 'retry-after', reason: '503' });
    clock.stepWall(HOUR);
    const held = open().run(send);
    await clock.advance(2 * HOUR);
    await held;
    clock.stepWall(HOUR);
    const second = open().run(send);
    await clock.advance(HOUR);
    await second;
    expect(starts).toEqual([0, 600_005, 600_005 + 2 * HOUR - 600_005]);
    clock.stepWall(HOUR);
    const [third, fourth] = [open().run(send), open().run(send)];
    await clock.advance(HOUR);
    await Promise.all([third, fourth]);
    expect((starts[4] ?? 0) - (starts[3] ?? 0)).toBeGreaterThanOrEqual(3_000);
  });

  test('after the machine was started anew the wall clock tells how much of a hold is left', async () => {
    const { clock, values, open } = setup();
    await clock.advance(5 * HOUR);
    await open().close('10m', { kind: 'retry-after', reason: '503' });
    const rebooted = setup(values, new VirtualClock({ start: clock.now() + 240_000 }));
    const run = rebooted.open().run(rebooted.send);
    await rebooted.clock.advance(HOUR);
    await run;
    expect(rebooted.starts).toEqual([360_005]);
  });

  test('a hold is only ever extended', async () => {
    const { clock, open } = setup();
    const origin = open();
    await origin.close('10m', { kind: 'retry-after', reason: 'first' });
    await origin.close('1m', { kind: 'retry-after', reason: 'second' });
    expect(await origin.peek()).toMatchObject({ reason: 'first', notBefore: clock.now() + 600_000 });
    await origin.close('20m', { kind: 'retry-after', reason: 'third' });
    expect(await origin.peek()).toMatchObject({ reason: 'third', notBefore: clock.now() + 1_200_000 });
  });

  test('a cooldown gets jitter on top and ends at once for those who wait, but not the Retry-After behind it', async () => {
    const { clock, open, starts, send } = setup();
    const origin = open(undefined, 0.5);
    await origin.close('1m', { kind: 'retry-after', reason: 'asked' });
    await origin.close('10m', { kind: 'cooldown', reason: 'throttled' });
    expect(await origin.peek()).toMatchObject({ kind: 'cooldown', notBefore: clock.now() + 630_000 });
    const run = origin.run(send);
    await clock.advance(5_000);
    expect(await origin.open()).toBe(true);
    expect(await origin.peek()).toMatchObject({ kind: 'retry-after', reason: 'asked' });
    await clock.advance(HOUR);
    await run;
    expect(starts).toEqual([60_005]);
  });

  test('ending the wait for a cooldown opens the gate for everybody', async () => {
    const { clock, open, starts, send } = setup();
    const origin = open();
    await origin.close('1h', { kind: 'cooldown', reason: 'throttled' });
    const waits: Wait[] = [];
    const runs = [1, 2].map(() => origin.run(send, { onWait: (wait) => waits.push(wait) }));
    await clock.advance(1_000);
    expect(waits.map((wait) => wait.kind)).toEqual(['cooldown', 'turn']);
    expect(waits.map((wait) => wait.end())).toEqual([true, false]);
    await clock.advance(10_000);
    await Promise.all(runs);
    expect(starts).toEqual([1_000, 4_005]);
  });

  test('closing while somebody waits holds that one too', async () => {
    const { clock, open, starts, send } = setup();
    const origin = open();
    await origin.run(send);
    const run = origin.run(send);
    await clock.advance(1_000);
    await origin.close('1m', { kind: 'retry-after', reason: '503' });
    await clock.advance(100_000);
    await run;
    expect(starts).toEqual([0, 61_005]);
  });

  test('who stops waiting gets the reason by identity, sends nothing and frees the turn', async () => {
    const { clock, open, starts, send } = setup();
    const origin = open();
    await origin.run(send);
    const controller = new AbortController();
    const reason = new Error('stop');
    const first = origin.run(send, { signal: controller.signal });
    const second = origin.run(send, { signal: controller.signal });
    const outcomes = Promise.allSettled([first, second]);
    await clock.advance(100);
    controller.abort(reason);
    expect(await outcomes).toEqual([
      { status: 'rejected', reason },
      { status: 'rejected', reason },
    ]);
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0);
    const third = origin.run(send);
    await clock.advance(10_000);
    await third;
    expect(starts).toEqual([0, 3_005]);
  });

  test('one request may ask for an interval of its own', async () => {
    const { clock, open, starts, send } = setup();
    const origin = open();
    await origin.run(send);
    const run = origin.run(send, { minIntervalMs: '15s' });
    await clock.advance(20_000);
    await run;
    expect(starts).toEqual([0, 15_005]);
  });

  test('nothing is sent when the note cannot be written, and a lost end is told with the failure it hid', async () => {
    const { open, starts, send } = setup();
    const store = memoryState();
    let writes = 0;
    let failFrom = 1;
    const flaky: StateStore = {
      ...store,
      update: async (key, change) => {
        writes += 1;
        if (writes >= failFrom) throw new Error('disk full');
        return await store.update(key, change);
      },
    };
    await expect(open(flaky).run(send)).rejects.toThrow('disk full');
    expect(starts).toEqual([]);
    writes = 0;
    failFrom = 2;
    const both = open(flaky).run(() => Promise.reject(new Error('reset')));
    await expect(both).rejects.toMatchObject({ errors: [{ message: 'disk full' }, { message: 'reset' }] });
    expect((await open(flaky).peek()).inFlight).toBe(true);
  });

  test('a remembered state that cannot be understood stops it instead of being guessed', async () => {
    const { open, values, send } = setup();
    values.set('gate:example.org', '{"retryAfter":{"until":"tomorrow"}}');
    await expect(open().run(send)).rejects.toMatchObject({ code: 'ERR_STATE_CORRUPT' });
  });
});
