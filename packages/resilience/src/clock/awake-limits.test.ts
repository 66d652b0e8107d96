import { describe, expect, test } from 'vitest';
import { AwakeLimits } from './awake-limits.ts';
import type { AwakeLimit } from './awake-limits.ts';
import { VirtualClock } from './virtual-clock.ts';

const HOUR = 3_600_000;

interface Owner {
  readonly name: string;
}

function setup(ms: number, options = {}) {
  const clock = new VirtualClock();
  const limits = new AwakeLimits(clock, ms, options);
  const fired: (readonly [string, number])[] = [];
  const start = (name: string) =>
    limits.start<Owner>({ name }, (owner) => fired.push([owner.name, clock.monotonic()]));
  return { clock, limits, fired, start };
}

describe('limits of one length on one timer', () => {
  test('each passes once, after its own full time and in its order', async () => {
    const { clock, fired, start } = setup(5_000);
    start('a');
    await clock.advance(1_700);
    start('b');
    expect(clock.pending).toBe(1);
    await clock.advance(3_299);
    expect(fired).toEqual([]);
    await clock.advance(1);
    expect(fired).toEqual([['a', 5_000]]);
    await clock.advance(10_000);
    expect(fired).toEqual([
      ['a', 5_000],
      ['b', 6_700],
    ]);
    expect(clock.pending).toBe(0);
  });

  test('one that is cancelled never passes, wherever it stands; the last takes the timer with it', async () => {
    const { clock, fired, start } = setup(1_000);
    const [first, middle, last] = [start('first'), start('middle'), start('last')];
    middle.cancel();
    first.cancel();
    first.cancel();
    expect(clock.pending).toBe(1);
    await clock.advance(999);
    expect([first.leftMs, middle.leftMs, last.leftMs]).toEqual([0, 0, 1]);
    last.cancel();
    expect(clock.pending).toBe(0);
    await clock.advance(5_000);
    expect(fired).toEqual([]);
  });

  test('one begun anew has its full time again, and goes behind the others', async () => {
    const { clock, fired, start } = setup(1_000);
    const a = start('a');
    await clock.advance(500);
    start('b');
    await clock.advance(400);
    a.restart();
    expect(a.leftMs).toBe(1_000);
    await clock.advance(2_000);
    expect(fired).toEqual([
      ['b', 1_500],
      ['a', 1_900],
    ]);
    a.restart();
    expect(clock.pending).toBe(0);
  });

  test('callbacks may cancel others and begin new ones', async () => {
    const clock = new VirtualClock();
    const limits = new AwakeLimits(clock, 100);
    const fired: string[] = [];
    const later: AwakeLimit[] = [];
    limits.start({}, () => {
      fired.push('first');
      later[0]?.cancel();
      limits.start({}, () => fired.push(`new at ${clock.monotonic()}`));
    });
    later.push(limits.start({}, () => fired.push('victim')));
    limits.start({}, () => fired.push('last'));
    await clock.advance(100);
    expect(fired).toEqual(['first', 'last']);
    await clock.advance(100);
    expect(fired).toEqual(['first', 'last', 'new at 200']);
    expect(clock.pending).toBe(0);
  });

  test.each([
    [
      'sleep that monotonic time counts',
      (clock: VirtualClock) => clock.suspend(8 * HOUR, { monotonic: true }),
    ],
    ['sleep that it does not count', (clock: VirtualClock) => clock.suspend(8 * HOUR)],
    ['a stop of the process', (clock: VirtualClock) => clock.pause(8 * HOUR)],
  ])('%s is not lived through, but for a chunk of it', async (_name, gap) => {
    const { clock, fired, start } = setup(60_000);
    const limit = start('a');
    await clock.advance(30_000);
    await gap(clock);
    expect(fired).toEqual([]);
    // A chunk of a minute is 3 s long.
    expect(limit.leftMs).toBeGreaterThanOrEqual(27_000);
    expect(limit.leftMs).toBeLessThanOrEqual(30_000);
    await clock.advance(26_999);
    expect(fired).toEqual([]);
    await clock.advance(3_001);
    expect(fired).toHaveLength(1);
  });

  test('after a gap there is a grace of 1 s, once, for what could arrive now', async () => {
    const { clock, fired, start } = setup(60_000);
    start('a');
    await clock.advance(59_999);
    await clock.pause(HOUR);
    const woken = clock.monotonic();
    expect(fired).toEqual([]);
    await clock.advance(500);
    await clock.pause(HOUR);
    expect(fired).toHaveLength(1);
    expect(fired[0]?.[1]).toBeGreaterThan(woken);
  });

  test('the grace of a short limit is its own length', async () => {
    const { clock, fired, start } = setup(200);
    start('a');
    await clock.advance(100);
    await clock.pause(HOUR);
    await clock.advance(199);
    expect(fired).toEqual([]);
    await clock.advance(1);
    expect(fired).toHaveLength(1);
  });

  test('less than a second late is lived through', async () => {
    const { clock, fired, start } = setup(10_000);
    start('a');
    await clock.advance(9_500);
    await clock.pause(1_000);
    expect(fired).toHaveLength(1);
  });

  test('one begun after a gap, before the late timer runs, has its full time from then on', async () => {
    const { clock, fired, start } = setup(60_000);
    start('a').cancel();
    start('b');
    const paused = clock.pause(HOUR);
    // Time has moved by then, and the timers that fell due have not run.
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
    expect(clock.monotonic()).toBe(HOUR);
    const second = start('c');
    expect(second.leftMs).toBe(60_000);
    await paused;
    await clock.advance(59_999);
    expect(fired).toEqual([['b', HOUR + 57_000]]);
    await clock.advance(1);
    expect(fired).toEqual([
      ['b', HOUR + 57_000],
      ['c', HOUR + 60_000],
    ]);
  });

  test('on the system clock the timer outlives the last limit for a turn, and serves the next call', async () => {
    const { clock, fired, start } = setup(1_000, { lingers: true });
    start('a').cancel();
    expect(clock.pending).toBe(1);
    start('b');
    expect(clock.pending).toBe(1);
    await clock.advance(1_000);
    expect(fired).toEqual([['b', 1_000]]);
    start('c').cancel();
    start('d').cancel();
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
    expect(clock.pending).toBe(0);
  });

  test('a timer that lingers is not taken from a limit that began meanwhile', async () => {
    const { clock, fired, start } = setup(1_000, { lingers: true });
    start('a').cancel();
    start('b');
    await clock.advance(999);
    expect([clock.pending, fired]).toEqual([1, []]);
    await clock.advance(1);
    expect(fired).toEqual([['b', 1_000]]);
    expect(clock.pending).toBe(0);
  });

  test('it says whether it keeps the process alive', () => {
    const seen: unknown[] = [];
    class Seen extends VirtualClock {
      override timer(ms: number, callback: () => void, options?: { readonly unref?: boolean }) {
        seen.push(options?.unref);
        return super.timer(ms, callback);
      }
    }
    new AwakeLimits(new Seen(), 10).start({}, () => {});
    new AwakeLimits(new Seen(), 10, { unref: true }).start({}, () => {});
    expect(seen).toEqual([false, true]);
  });
});

test('a timer that goes and comes within a callback stays the only one', async () => {
  const { clock, limits, fired, start } = setup(1_000);
  const seen: number[] = [];
  limits.start({}, () => {
    start('gone').cancel();
    start('b');
    seen.push(clock.pending);
  });
  await clock.advance(1_000);
  expect([seen, clock.pending]).toEqual([[1], 1]);
  await clock.advance(999);
  expect(fired).toEqual([]);
  await clock.advance(1);
  expect([fired, clock.pending]).toEqual([[['b', 2_000]], 0]);
});

test('a callback that throws takes no other limit with it', async () => {
  const { clock, limits, fired, start } = setup(1_000);
  const defect = new Error('bad callback');
  limits.start({}, () => {
    throw defect;
  });
  start('a');
  await expect(clock.advance(1_000)).rejects.toBe(defect);
  await clock.advance(1_000);
  start('b');
  await clock.advance(1_000);
  expect([fired.map(([name]) => name), clock.pending]).toEqual([['a', 'b'], 0]);
});
