import { describe, expect, test } from 'vitest';
import { VirtualClock } from '../../clock/index.ts';
import { memoryState } from '../../state/index.ts';
import type { JsonValue, StateStore } from '../../state/index.ts';
import type { Breaker, Permit, PolicyEvent } from '../index.ts';
import { build as circuitOf, report, trip } from './testing/circuits.ts';
import { restartCases } from '../testing/restarts.ts';

const HOUR = 3_600_000;

function build(clock: VirtualClock, state: StateStore, extra: object = {}): Breaker {
  return circuitOf(clock, { state, ...extra });
}

describe.each(restartCases())('a restart over the %s store', (_, place) => {
  test('keeps the deadline and the growth of an open circuit', async () => {
    const clock = new VirtualClock();
    const open = place();
    const first = open();
    await trip(build(clock, first));
    await first.close();
    await clock.advance(400);
    const second = open();
    const circuit = build(clock, second);
    expect(await circuit.permitted()).toEqual({ allowed: false, retryAfterMs: 600 });
    await clock.advance(600);
    await report(circuit, 'failure');
    expect(circuit.snapshot()).toEqual({ kind: 'open', retryAfterMs: 2_000, openings: 2 });
    await clock.advance(2_000);
    await report(circuit, 'success');
    await second.close();
    const third = open();
    expect(await third.get('breaker:b')).toBeUndefined();
    expect(await build(clock, third).permitted()).toMatchObject({ allowed: true, probe: false });
    await third.close();
  });

  test('in the middle of a probe probes again, and goes on growing', async () => {
    const clock = new VirtualClock();
    const open = place();
    const first = open();
    const killed = build(clock, first);
    await trip(killed);
    await clock.advance(1_000);
    expect(await killed.permitted()).toMatchObject({ probe: true });
    await first.close();
    const second = open();
    const circuit = build(clock, second);
    await report(circuit, 'failure');
    expect(circuit.snapshot()).toEqual({ kind: 'open', retryAfterMs: 2_000, openings: 2 });
    await second.close();
  });

  test('keeps a hold until it is released, which a fresh start can do', async () => {
    const clock = new VirtualClock();
    const open = place();
    const first = open();
    await build(clock, first).isolate('disk full');
    await first.close();
    const second = open();
    const held = build(clock, second);
    expect(await held.permitted()).toEqual({ allowed: false, retryAfterMs: 1_000, isolated: 'disk full' });
    await held.isolate('still full');
    await second.close();
    const third = open();
    expect(await third.get('breaker:b')).toEqual({ isolated: 'still full' });
    const released = build(clock, third);
    await released.release();
    expect(await released.permitted()).toMatchObject({ allowed: true, probe: false });
    await third.close();
    const fourth = open();
    expect((await build(clock, fourth).permitted()).allowed).toBe(true);
    await fourth.close();
  });

  test('two instances at once: the last word is remembered, and nobody overwrites a hold', async () => {
    const clock = new VirtualClock();
    const open = place();
    const stores = [open(), open(), open()] as const;
    const one = build(clock, stores[0]);
    const events: PolicyEvent[] = [];
    const two = build(clock, stores[1], { onEvent: (event: PolicyEvent) => events.push(event) });
    await one.permitted();
    await two.permitted();
    await trip(one);
    expect((await two.permitted()).allowed).toBe(true);
    await one.isolate('by one');
    await trip(two);
    // Its own opening had it look, and find the hold.
    expect(two.snapshot()).toMatchObject({ kind: 'isolated', reason: 'by one' });
    expect(events.map((event) => (event.type === 'breaker' ? event.to : ''))).toEqual(['open', 'isolated']);
    const late = build(clock, stores[2]);
    expect(await late.permitted()).toMatchObject({ isolated: 'by one' });
    await one.release();
    expect((await build(clock, stores[2]).permitted()).allowed).toBe(true);
    for (const store of stores) await store.close();
  });
});

describe('what is remembered', () => {
  test("another instance's hold can be released by one that does not know of it", async () => {
    const clock = new VirtualClock();
    const state = memoryState();
    const one = build(clock, state);
    const two = build(clock, state);
    await two.permitted();
    await one.isolate();
    await two.release();
    expect(await state.get('breaker:b')).toBeUndefined();
    expect(one.snapshot().kind).toBe('isolated');
    expect((await build(clock, state).permitted()).allowed).toBe(true);
  });

  test('a release leaves what is remembered of an open circuit', async () => {
    const clock = new VirtualClock();
    const state = memoryState();
    const circuit = build(clock, state);
    await trip(circuit);
    const note = await state.get('breaker:b');
    await clock.advance(300);
    circuit.probeNow();
    await circuit.release();
    expect(await state.get('breaker:b')).toEqual(note);
    expect(circuit.snapshot().kind).toBe('open');
  });

  test.each([
    [-HOUR, 1_000],
    [HOUR, 0],
  ])(
    'a wall clock stepped by %d ms before the restart leaves a wait of at most the original length',
    async (step, left) => {
      const state = memoryState();
      const clock = new VirtualClock();
      await trip(build(clock, state));
      clock.stepWall(step);
      const permit = await build(clock, state).permitted();
      expect(permit.allowed ? 0 : permit.retryAfterMs).toBe(left);
    },
  );

  test('rules that became shorter bound what was remembered', async () => {
    const state = memoryState();
    const clock = new VirtualClock();
    await trip(build(clock, state));
    const circuit = build(clock, state, { openMs: 100, maxOpenMs: 300 });
    expect(await circuit.permitted()).toEqual({ allowed: false, retryAfterMs: 300 });
  });

  test.each<[string, JsonValue]>([
    ['text', 'open'],
    ['a list', []],
    ['a number', 5],
    ['an unknown form', { state: 'open' }],
    ['openings that are no number', { openings: '1', openMs: 5_000, until: 9e15 }],
    ['a length that is no number', { openings: 1, openMs: null, until: 9e15 }],
    ['openings below the first', { openings: 0, openMs: 5_000, until: 9e15 }],
    ['a length that is none', { openings: 1, openMs: 0, until: 9e15 }],
    ['a deadline that is no number', { openings: 1, openMs: 5_000, until: '9' }],
    ['a hold that is no text', { isolated: true }],
  ])('%s in the store counts as nothing', async (_, note) => {
    const state = memoryState();
    await state.update('breaker:b', () => note);
    expect(await build(new VirtualClock(), state).permitted()).toMatchObject({ allowed: true, probe: false });
  });

  test('null in the store counts as nothing', async () => {
    const state: StateStore = { ...memoryState(), get: async () => null };
    expect((await build(new VirtualClock(), state).permitted()).allowed).toBe(true);
  });

  test('a circuit that was let probe early is restored with its old deadline', async () => {
    const state = memoryState();
    const clock = new VirtualClock();
    const circuit = build(clock, state);
    await trip(circuit);
    circuit.probeNow();
    await circuit.permitted();
    expect((await build(clock, state).permitted()).allowed).toBe(false);
  });

  test('leave and report are synchronous once the store was read, but for changes of mode', async () => {
    const state = memoryState();
    const circuit = build(new VirtualClock(), state);
    const first = circuit.permitted();
    const second = circuit.permitted();
    expect(first).toBeInstanceOf(Promise);
    expect(await first).toBe(await second);
    const permit = circuit.permitted();
    expect(permit).toBe(await first);
    expect(circuit.record('failure', permit as Permit)).toBeUndefined();
    expect(circuit.record('failure', permit as Permit)).toBeUndefined();
    const saving = circuit.record('failure', permit as Permit);
    expect(saving).toBeInstanceOf(Promise);
    await saving;
    expect(await state.get('breaker:b')).toMatchObject({ openings: 1 });
  });

  test('the store is read once', async () => {
    const state = memoryState();
    let reads = 0;
    const get: StateStore['get'] = (key) => {
      reads += 1;
      return state.get(key);
    };
    const circuit = build(new VirtualClock(), { ...state, get });
    await Promise.all([circuit.permitted(), circuit.permitted()]);
    await trip(circuit);
    await circuit.permitted();
    expect(reads).toBe(1);
  });
});

describe('a store that fails', () => {
  const broken = (state: StateStore, fails: { get?: boolean; update?: boolean }): StateStore => ({
    ...state,
    get: async (key) => {
      if (fails.get === true) throw new Error('cannot read');
      return await state.get(key);
    },
    update: async (key, change) => {
      if (fails.update === true) throw new Error('cannot write');
      return await state.update(key, change);
    },
  });

  test('at reading is told to whoever asks, and asked again', async () => {
    const fails = { get: true };
    const circuit = build(new VirtualClock(), broken(memoryState(), fails));
    await expect(circuit.permitted()).rejects.toThrow('cannot read');
    await expect(circuit.permitted()).rejects.toThrow('cannot read');
    await expect(circuit.release()).rejects.toThrow('cannot read');
    fails.get = false;
    expect((await circuit.permitted()).allowed).toBe(true);
  });

  test('at writing is told to whoever reported, and the circuit is open all the same', async () => {
    const clock = new VirtualClock();
    const fails = { update: true };
    const circuit = build(clock, broken(memoryState(), fails));
    await expect(trip(circuit)).rejects.toThrow('cannot write');
    expect(await circuit.permitted()).toEqual({ allowed: false, retryAfterMs: 1_000 });
    await clock.advance(1_000);
    fails.update = false;
    expect(await report(circuit, 'success')).toMatchObject({ probe: true });
    expect(circuit.snapshot().kind).toBe('closed');
  });

  test('a hold holds though it could be neither written nor what is remembered read before', async () => {
    const clock = new VirtualClock();
    const state = memoryState();
    await trip(build(clock, state));
    const circuit = build(clock, broken(state, { update: true }));
    await expect(circuit.isolate('now')).rejects.toThrow('cannot write');
    // What was remembered is an open circuit; the hold is newer.
    expect(await circuit.permitted()).toMatchObject({ allowed: false, isolated: 'now' });
  });
});
