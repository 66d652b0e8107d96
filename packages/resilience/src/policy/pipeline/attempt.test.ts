import { describe, expect, test, vi } from 'vitest';
import { AwakeLimits } from '../../clock/awake-limits.ts';
import { VirtualClock } from '../../clock/index.ts';
import { Attempt } from './attempt.ts';
import type { AttemptFunction } from './attempt.ts';
import type { AttemptLimits } from './attempt-limits.ts';
import { Place } from './attempt-place.ts';
import { PlainContext } from './attempt-plain.ts';

interface Given {
  readonly timeoutMs?: number;
  readonly stallMs?: number;
  readonly stallMode?: AttemptLimits['stallMode'];
}

function begin({ timeoutMs, stallMs, stallMode = 'enforce' }: Given, fn: AttemptFunction<string>, from = 0) {
  const clock = new VirtualClock();
  const log: unknown[] = [];
  const limits = (ms: number | undefined): AwakeLimits | undefined =>
    ms === undefined ? undefined : new AwakeLimits(clock, ms);
  const attempt = new Attempt<string>(
    { timeout: limits(timeoutMs), stall: limits(stallMs), stallMode },
    {
      late: (...all) => void log.push(['late', ...all]),
      stalled: (...all) => void log.push(['stalled', ...all]),
    },
    7,
    from,
    undefined,
  );
  attempt.start(fn, {
    succeed: (value) => void log.push(['succeed', value]),
    fail: (error) => void log.push(['fail', error]),
  });
  return { clock, log, attempt };
}

const hang = (): Promise<never> => new Promise(() => {});

describe('an attempt', () => {
  test('knows its number and when it began, and tells what the function gave', async () => {
    const it = begin({}, ({ attempt }) => `${attempt}`, 5);
    expect([it.attempt.attempt, it.attempt.startedAt, it.log]).toEqual([7, 5, []]);
    await it.clock.advance(0);
    expect(it.log).toEqual([['succeed', '7']]);
    it.attempt.abandon('too late');
    expect([it.log.length, it.attempt.signal.aborted]).toEqual([1, false]);
  });

  test('tells what the function threw, at once or later', async () => {
    const error = new Error('no');
    const fns: readonly AttemptFunction<string>[] = [
      () => Promise.reject(error),
      () => {
        throw error;
      },
    ];
    for (const fn of fns) {
      const it = begin({}, fn);
      expect(it.log).toEqual([]);
      await it.clock.advance(0);
      expect(it.log).toEqual([['fail', error]]);
      expect(it.attempt.signal.aborted).toBe(false);
    }
  });

  test('that is given up fails at once, and its signal aborts, also when it is asked for only then', async () => {
    const early = begin({ timeoutMs: 1_000, stallMs: 500 }, hang);
    const { signal } = early.attempt;
    expect([signal.aborted, early.clock.pending]).toEqual([false, 2]);
    early.attempt.abandon('enough');
    early.attempt.abandon('again');
    expect([early.log, signal.aborted, signal.reason]).toEqual([[['fail', 'enough']], true, 'enough']);
    expect([early.attempt.signal, early.clock.pending]).toEqual([signal, 0]);
    const later = begin({}, hang);
    later.attempt.abandon('enough');
    expect([later.attempt.signal.aborted, later.attempt.signal.reason]).toEqual([true, 'enough']);
  });

  test('that was given up tells what the function does later, unless it only obeyed', async () => {
    const error = new Error('own');
    const enough = new Error('enough');
    const cases: readonly (readonly [AttemptFunction<string>, readonly unknown[]])[] = [
      [() => Promise.resolve('value'), ['late', 7, 'fulfilled', 'value']],
      [() => Promise.reject(error), ['late', 7, 'rejected', error]],
      [() => Promise.reject(enough), []],
    ];
    for (const [fn, late] of cases) {
      const it = begin({}, fn);
      it.attempt.abandon(enough);
      await it.clock.advance(0);
      expect(it.log).toEqual(late.length === 0 ? [['fail', enough]] : [['fail', enough], late]);
    }
  });

  test('keeps the time that its timeout had left when it ended by a failure', async () => {
    const given = begin({ timeoutMs: 1_000 }, hang);
    await given.clock.advance(300);
    expect(given.attempt.leftMs).toBe(0);
    given.attempt.abandon('enough');
    await given.clock.advance(300);
    expect(given.attempt.leftMs).toBe(700);
    const own = Promise.withResolvers<string>();
    const failing = begin({ timeoutMs: 1_000 }, () => own.promise);
    await failing.clock.advance(400);
    own.reject(new Error('no'));
    await failing.clock.advance(0);
    expect([failing.attempt.leftMs, failing.clock.pending]).toEqual([600, 0]);
    const timedOut = begin({ timeoutMs: 1_000 }, hang);
    await timedOut.clock.advance(1_000);
    expect(timedOut.attempt.leftMs).toBe(0);
    expect(timedOut.log).toEqual([
      ['fail', expect.objectContaining({ code: 'ERR_TIMEOUT_ATTEMPT', limitMs: 1_000 })],
    ]);
    const free = begin({}, hang);
    free.attempt.abandon('enough');
    expect(free.attempt.leftMs).toBe(0);
    const slow = Promise.withResolvers<string>();
    const late = begin({ timeoutMs: 1_000 }, () => slow.promise);
    await late.clock.advance(100);
    late.attempt.abandon('enough');
    await late.clock.advance(400);
    slow.reject(new Error('no'));
    await late.clock.advance(0);
    expect(late.attempt.leftMs).toBe(900);
  });

  test('leaves no timer when the function has succeeded', async () => {
    const it = begin({ timeoutMs: 1_000, stallMs: 500 }, () => 'value');
    expect(it.clock.pending).toBe(2);
    await it.clock.advance(0);
    expect([it.log, it.clock.pending]).toEqual([[['succeed', 'value']], 0]);
  });
});

describe('the stall limit of an attempt', () => {
  test('gives it up when nothing went on for so long', async () => {
    const it = begin({ stallMs: 500 }, hang);
    await it.clock.advance(400);
    it.attempt.progress();
    await it.clock.advance(499);
    expect(it.log).toEqual([]);
    await it.clock.advance(1);
    expect(it.log).toEqual([['fail', expect.objectContaining({ code: 'ERR_TIMEOUT_STALL', limitMs: 500 })]]);
    it.attempt.progress();
    expect(it.clock.pending).toBe(0);
  });

  test('that only warns tells of each stall once, and begins anew with the next progress', async () => {
    const it = begin({ stallMs: 500, stallMode: 'warn' }, hang);
    await it.clock.advance(2_000);
    expect([it.log, it.clock.pending]).toEqual([[['stalled', 7, 500]], 0]);
    it.attempt.progress();
    await it.clock.advance(400);
    it.attempt.progress();
    await it.clock.advance(499);
    expect(it.log).toHaveLength(1);
    await it.clock.advance(1);
    expect(it.log).toEqual([
      ['stalled', 7, 500],
      ['stalled', 7, 500],
    ]);
    it.attempt.abandon('enough');
    it.attempt.progress();
    expect(it.clock.pending).toBe(0);
  });

  test('has one function to tell of progress; without a limit that does nothing', () => {
    const limited = begin({ stallMs: 500 }, hang);
    expect(limited.attempt.progress).toBe(limited.attempt.progress);
    const [one, other] = [begin({}, hang), begin({}, hang)];
    expect(one.attempt.progress).toBe(other.attempt.progress);
    one.attempt.progress();
    expect(one.clock.pending).toBe(0);
    expect(new PlainContext(1).progress()).toBeUndefined();
  });
});

test('what nothing can interrupt has a signal all the same, and always the same', () => {
  const context = new PlainContext(3);
  const { signal } = context;
  expect([context.attempt, signal.aborted, context.signal === signal]).toEqual([3, false, true]);
  expect(new PlainContext(3).signal).not.toBe(signal);
});

describe('the place of an attempt', () => {
  function place() {
    const log: unknown[] = [];
    const time = { now: 0 };
    const slot = {
      release: (...all: readonly unknown[]) => void log.push(['release', ...all]),
      abandon: () => void log.push(['abandon']),
    };
    return { log, time, place: new Place(slot, () => time.now) };
  }

  test('is given back when it is judged, with how long its calls took', () => {
    const it = place();
    it.time.now = 10;
    it.place.begin();
    it.time.now = 30;
    it.place.begin();
    it.time.now = 40;
    it.place.end();
    it.place.end();
    expect(it.log).toEqual([]);
    it.place.judge('failure', 'timeout');
    expect(it.log).toEqual([['release', 'failure', 30, 'timeout']]);
  });

  test('is given up when it is judged before its calls have ended, and given back with the last of them', () => {
    const it = place();
    it.place.begin();
    it.place.begin();
    it.time.now = 5;
    it.place.judge('success', undefined);
    expect(it.log).toEqual([['abandon']]);
    it.place.end();
    expect(it.log).toHaveLength(1);
    it.time.now = 9;
    it.place.end();
    expect(it.log).toEqual([['abandon'], ['release', 'success', 9, undefined]]);
  });

  test('that was never used took no time', () => {
    const it = place();
    it.time.now = 50;
    it.place.judge('none', undefined);
    expect(it.log).toEqual([['release', 'none', 0, undefined]]);
  });

  test('whose limit throws costs a warning', () => {
    const warn = vi.spyOn(process, 'emitWarning').mockReturnValue();
    const defect = new Error('broken');
    const release = (): never => {
      throw defect;
    };
    new Place({ release, abandon: () => {} }, () => 0).judge('success', undefined);
    expect(warn.mock.calls).toEqual([[defect]]);
    warn.mockRestore();
  });
});
