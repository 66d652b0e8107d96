import { getEventListeners } from 'node:events';
import { describe, expect, test } from 'vitest';
import { VirtualClock } from '../../clock/index.ts';
import { classify, deadlines } from '../../index.ts';
import type { Deadlines } from '../../index.ts';

const LIMITS = { connect: 30, firstByte: 900, idle: 60, total: 5_000 };

function reasonOf(signal: AbortSignal): unknown {
  return signal.aborted ? signal.reason : undefined;
}

describe('deadlines of one exchange', () => {
  test('without a connection the connect limit fires, and nothing was sent', async () => {
    const clock = new VirtualClock();
    const watch = deadlines(LIMITS, { clock });
    await clock.advance(29);
    expect(watch.signal.aborted).toBe(false);
    await clock.advance(1);
    expect(reasonOf(watch.signal)).toMatchObject({
      name: 'TimeoutError',
      code: 'ERR_TIMEOUT_CONNECT',
      limitMs: 30,
    });
    expect(classify(watch.signal.reason, { signal: watch.signal })).toMatchObject({
      category: 'timeout',
      safeToReplay: 'yes',
    });
    expect(clock.pending).toBe(0);
  });

  test('the first byte is waited for from the connection on', async () => {
    const clock = new VirtualClock();
    const watch = deadlines(LIMITS, { clock });
    await clock.advance(20);
    watch.connected();
    await clock.advance(899);
    expect(watch.signal.aborted).toBe(false);
    await clock.advance(1);
    expect(reasonOf(watch.signal)).toMatchObject({ code: 'ERR_TIMEOUT_FIRST_BYTE' });
  });

  test('every progress holds the idle limit off', async () => {
    const clock = new VirtualClock();
    const watch = deadlines(LIMITS, { clock });
    watch.connected();
    watch.firstByte();
    for (let i = 0; i < 10; i += 1) {
      await clock.advance(59);
      watch.progress();
    }
    expect(watch.signal.aborted).toBe(false);
    await clock.advance(60);
    expect(reasonOf(watch.signal)).toMatchObject({ code: 'ERR_TIMEOUT_IDLE' });
  });

  test('a drip that never idles meets the total limit', async () => {
    const clock = new VirtualClock();
    const watch = deadlines(LIMITS, { clock });
    watch.connected();
    for (let i = 0; i < 100; i += 1) {
      watch.progress();
      await clock.advance(50);
    }
    expect(reasonOf(watch.signal)).toMatchObject({ code: 'ERR_TIMEOUT_TOTAL' });
  });

  test('without a connect limit the first byte is waited for from the start', async () => {
    const clock = new VirtualClock();
    const watch = deadlines({ firstByte: '2s' }, { clock });
    await clock.advance(2_000);
    expect(reasonOf(watch.signal)).toMatchObject({ code: 'ERR_TIMEOUT_FIRST_BYTE' });
  });

  test("the caller's reason passes through by identity, and is no timeout", () => {
    const caller = new AbortController();
    const watch = deadlines(LIMITS, { clock: new VirtualClock(), signal: caller.signal });
    const reason = new Error('stop');
    caller.abort(reason);
    expect(reasonOf(watch.signal)).toBe(reason);
    expect(reasonOf(deadlines(LIMITS, { clock: new VirtualClock(), signal: caller.signal }).signal)).toBe(
      reason,
    );
  });

  test('after disposal nothing fires and nothing is left behind', async () => {
    const clock = new VirtualClock();
    const caller = new AbortController();
    const watch = deadlines(LIMITS, { clock, signal: caller.signal });
    expect(getEventListeners(caller.signal, 'abort')).toHaveLength(1);
    watch.connected();
    watch[Symbol.dispose]();
    watch.progress();
    expect(getEventListeners(caller.signal, 'abort')).toHaveLength(0);
    expect(clock.pending).toBe(0);
    await clock.advance(10_000);
    caller.abort();
    expect(watch.signal.aborted).toBe(false);
  });

  test.each(['connect', 'firstByte', 'idle', 'total'])(
    '%s: what cannot be understood is refused by name',
    (field) => {
      expect(() => deadlines({ [field]: 'soon' }, { clock: new VirtualClock() })).toThrow(
        expect.objectContaining({ field }),
      );
    },
  );

  test('a connection that is told late begins the wait for the first byte anew', async () => {
    const clock = new VirtualClock();
    const watch = deadlines({ firstByte: 900 }, { clock });
    await clock.advance(500);
    watch.connected();
    await clock.advance(899);
    expect(watch.signal.aborted).toBe(false);
    await clock.advance(1);
    expect(reasonOf(watch.signal)).toMatchObject({ code: 'ERR_TIMEOUT_FIRST_BYTE' });
  });

  test('a connection that is told after the first byte changes nothing, nor does one after the end', async () => {
    const clock = new VirtualClock();
    const watch = deadlines(LIMITS, { clock });
    watch.firstByte();
    await clock.advance(30);
    watch.connected();
    await clock.advance(30);
    expect(reasonOf(watch.signal)).toMatchObject({ code: 'ERR_TIMEOUT_IDLE' });
    watch.connected();
    watch.firstByte();
    expect(clock.pending).toBe(0);
  });

  test('without an idle limit progress is nothing to watch', async () => {
    const clock = new VirtualClock();
    const watch = deadlines({ total: 100 }, { clock });
    watch.firstByte();
    watch.progress();
    expect(clock.pending).toBe(1);
    await clock.advance(100);
    expect(reasonOf(watch.signal)).toMatchObject({ code: 'ERR_TIMEOUT_TOTAL' });
  });

  test.each([
    ['connect', () => {}],
    ['firstByte', (watch: Deadlines) => watch.connected()],
    ['idle', (watch: Deadlines) => (watch.connected(), watch.firstByte())],
    ['total', () => {}],
  ] as const)(
    '%s: neither SIGSTOP nor sleep is a timeout, and time lived afterwards is',
    async (name, begin) => {
      const clock = new VirtualClock();
      const watch = deadlines({ [name]: '1m' }, { clock });
      begin(watch);
      await clock.advance(20_000);
      await clock.pause(60_000);
      await clock.suspend(8 * 3_600_000, { monotonic: true });
      await clock.suspend(8 * 3_600_000);
      expect(watch.signal.aborted).toBe(false);
      await clock.advance(40_000);
      expect(reasonOf(watch.signal)).toMatchObject({ limitMs: 60_000 });
    },
  );

  test('data that came during a stop wins, although late timers run before the socket is read', async () => {
    const clock = new VirtualClock();
    const watch = deadlines({ idle: '1m' }, { clock });
    watch.firstByte();
    await clock.advance(59_999);
    await clock.pause(60_000);
    // `pause` has fired what was due; this is the socket's turn.
    expect(watch.signal.aborted).toBe(false);
    watch.progress();
    await clock.advance(59_999);
    expect(watch.signal.aborted).toBe(false);
    await clock.advance(1);
    expect(reasonOf(watch.signal)).toMatchObject({ code: 'ERR_TIMEOUT_IDLE' });
  });
});
