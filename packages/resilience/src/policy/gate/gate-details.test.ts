import { describe, expect, test, vi } from 'vitest';
import { VirtualClock } from '../../clock/index.ts';
import { memoryState } from '../../state/index.ts';
import type { LockOptions, StateStore } from '../../state/index.ts';
import { gate } from '../index.ts';
import type { Gate, Wait } from '../index.ts';

const HOUR = 3_600_000;
const KEY = 'gate:example.org';

function setup() {
  const clock = new VirtualClock();
  const values = new Map<string, string>();
  const store = memoryState(values);
  const open = (state: StateStore = store, next = 0): Gate =>
    gate({ key: 'example.org', minIntervalMs: '3s', state, clock, random: { next: () => next } });
  const starts: number[] = [];
  const send = (): void => void starts.push(clock.monotonic());
  const noted = (): unknown => JSON.parse(values.get(KEY) ?? 'null');
  return { clock, values, store, open, starts, send, noted };
}

const never = (): Promise<never> => new Promise<never>(() => {});

describe('options of a gate', () => {
  test('an interval or a hold that cannot be understood is refused by name', async () => {
    const { store, open, send } = setup();
    expect(() => gate({ key: 'k', minIntervalMs: 'soon', state: store })).toThrow(
      expect.objectContaining({ field: 'gate.minIntervalMs' }),
    );
    await expect(open().run(send, { minIntervalMs: 'soon' })).rejects.toMatchObject({
      field: 'gate.minIntervalMs',
    });
    const closing = open().close('soon', { kind: 'cooldown', reason: 'x' });
    await expect(closing).rejects.toMatchObject({ field: 'ms' });
  });
});

test.each([
  ['gate.key', { key: undefined }],
  ['gate.key', { key: '' }],
  ['gate.state', { state: undefined }],
  ['gate.state', { state: {} }],
])('a gate that would share nothing is refused: %s of %j', (field, wrong) => {
  const options = { key: 'k', minIntervalMs: 1, state: memoryState(), ...wrong };
  expect(() => gate(options as never)).toThrow(expect.objectContaining({ field }));
});

describe('what is noted', () => {
  test('a mark has an id of the time, a count of this process and 32 random bits', async () => {
    const { clock, open, noted } = setup();
    const seen: unknown[] = [];
    await open(undefined, 0.3).run(() => void seen.push(noted()));
    const at = clock.now();
    expect(seen).toEqual([{ flight: { id: `${at}-1-1288490188`, at } }]);
    expect(noted()).toEqual({ end: { id: `${at}-2-1288490188`, at, boot: 0 } });
  });

  test('a hold that the response asks for is noted in the same write as its end', async () => {
    const { clock, store, open, noted } = setup();
    let writes = 0;
    const counting: StateStore = {
      ...store,
      update: (key, change) => ((writes += 1), store.update(key, change)),
    };
    const hold = { ms: '10m', kind: 'retry-after', reason: '503', raw: '600' } as const;
    expect(await open(counting).run(() => 7, { hold: (value) => (value === 7 ? hold : undefined) })).toBe(7);
    expect(writes).toBe(2);
    expect(noted()).toMatchObject({
      retryAfter: { until: clock.now() + 600_000, lengthMs: 600_000, boot: 0 },
    });
    expect(await open().peek()).toMatchObject({ kind: 'retry-after', raw: '600', inFlight: false });
  });

  test('a response that asks for no hold leaves none, and a failed request is not asked', async () => {
    const { open, noted } = setup();
    await open().run(() => 7, { hold: () => undefined });
    expect(noted()).not.toHaveProperty('retryAfter');
    const asked = vi.fn(() => undefined);
    const failing = setup()
      .open()
      .run(() => Promise.reject(new Error('reset')), { hold: asked });
    await expect(failing).rejects.toThrow('reset');
    expect(asked).not.toHaveBeenCalled();
  });

  test('when only noting the end fails, that error is told as it is', async () => {
    const { store, open } = setup();
    const full = new Error('disk full');
    let writes = 0;
    const flaky: StateStore = {
      ...store,
      update: async (key, change) => {
        writes += 1;
        if (writes === 2) throw full;
        return await store.update(key, change);
      },
    };
    await expect(open(flaky).run(() => 1)).rejects.toBe(full);
  });

  test('what does not change is not written', async () => {
    const { values, open } = setup();
    expect(await open().open()).toBe(false);
    expect(values.has(KEY)).toBe(false);
    values.set(KEY, '{"of":"a later version"}');
    expect(await open().open()).toBe(false);
    expect(values.get(KEY)).toBe('{"of":"a later version"}');
  });

  test.each([
    ['an end', 3_005],
    ['a hold', 600_005],
  ])('%s of this process is not moved by a wall clock that goes back a while later', async (what, at) => {
    const { clock, open, starts, send } = setup();
    const origin = open();
    if (what === 'an end') await origin.run(() => {});
    else await origin.close('10m', { kind: 'retry-after', reason: '503' });
    await clock.advance(1_000);
    clock.stepWall(-2 * HOUR);
    const run = origin.run(send);
    await clock.advance(HOUR);
    await run;
    expect(starts).toEqual([at]);
  });
});

describe('a cooldown', () => {
  test('can be ended until its last millisecond, and not after it', async () => {
    const { clock, open } = setup();
    const origin = open();
    await origin.close('1m', { kind: 'cooldown', reason: 'tired' });
    await clock.advance(59_999);
    expect(await origin.open()).toBe(true);
    await origin.close('1m', { kind: 'cooldown', reason: 'tired' });
    await clock.advance(60_000);
    expect(await origin.open()).toBe(false);
  });

  test('of the same length again changes nothing', async () => {
    const { open } = setup();
    const origin = open();
    await origin.close('1m', { kind: 'cooldown', reason: 'first' });
    await origin.close('1m', { kind: 'cooldown', reason: 'second' });
    expect(await origin.peek()).toMatchObject({ reason: 'first', raw: undefined });
  });

  test('that begins while somebody waits for the interval holds that one too', async () => {
    const { clock, open, starts, send } = setup();
    const origin = open();
    await origin.run(send);
    const run = origin.run(send);
    await clock.advance(1_000);
    await origin.close('1m', { kind: 'cooldown', reason: 'tired' });
    await clock.advance(100_000);
    await run;
    expect(starts).toEqual([0, 61_005]);
  });
});

describe('waiting for the turn', () => {
  test('is announced after 100 ms, and only to who listens', async () => {
    const { clock, open } = setup();
    const origin = open();
    void origin.run(never);
    await clock.advance(0);
    void origin.run(never);
    await clock.advance(0);
    expect(clock.pending).toBe(0);
    const waits: Wait[] = [];
    void origin.run(never, { onWait: (wait) => waits.push(wait) });
    await clock.advance(99);
    expect(waits).toEqual([]);
    await clock.advance(1);
    expect(waits).toMatchObject([{ kind: 'turn', attempt: 0, until: undefined }]);
  });

  test('ends with the signal, whoever has the turn', async () => {
    const { clock, open } = setup();
    const origin = open();
    void origin.run(never);
    const controller = new AbortController();
    const reason = new Error('stop');
    const stopped = vi.fn<(error: unknown) => void>();
    origin.run(never, { signal: controller.signal }).catch(stopped);
    await clock.advance(10);
    controller.abort(reason);
    await clock.advance(0);
    expect(stopped.mock.calls).toEqual([[reason]]);
  });

  test('the lock gets the signal, and nobody asks for one with a signal that has fired', async () => {
    const { store, open, send, starts } = setup();
    const asked: LockOptions[] = [];
    const spied: StateStore = {
      ...store,
      lock: (key, options = {}) => (asked.push(options), store.lock(key, options)),
    };
    const reason = new Error('stop');
    await expect(open(spied).run(send, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect([asked, starts]).toEqual([[], []]);
    await open(spied).run(send);
    expect(asked).toStrictEqual([{}]);
  });

  test('a signal that fires as the turn comes stops it before anything is noted', async () => {
    const { values, store, open, send, starts } = setup();
    const controller = new AbortController();
    const reason = new Error('stop');
    const late: StateStore = {
      ...store,
      lock: async (key) => {
        const release = await store.lock(key);
        controller.abort(reason);
        return release;
      },
    };
    await expect(open(late).run(send, { signal: controller.signal })).rejects.toBe(reason);
    expect([starts, values.size]).toEqual([[], 0]);
  });
});

test('a wait for the interval says nothing of a reason, and nobody has to listen to it', async () => {
  const { clock, open, starts, send } = setup();
  const origin = open();
  await origin.run(send);
  const warn = vi.spyOn(process, 'emitWarning').mockReturnValue(undefined);
  const waits: Wait[] = [];
  const runs = [origin.run(send), origin.run(send, { onWait: (wait) => waits.push(wait) })];
  await clock.advance(10_000);
  await Promise.all(runs);
  expect(starts).toEqual([0, 3_005, 6_010]);
  expect(waits.map(({ kind, attempt }) => [kind, attempt])).toEqual([
    ['turn', 0],
    ['interval', 0],
  ]);
  expect(waits[1]).not.toHaveProperty('reason');
  expect(waits[1]).not.toHaveProperty('raw');
  expect(warn).not.toHaveBeenCalled();
  warn.mockRestore();
});
