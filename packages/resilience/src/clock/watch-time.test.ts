import { describe, expect, test, vi } from 'vitest';
import { VirtualClock, watchTime } from './index.ts';
import type { TimeEvent, WatchTimeOptions } from './index.ts';

const HOUR = 3_600_000;

function watched(options: Partial<WatchTimeOptions> = {}) {
  const clock = new VirtualClock();
  const events: TimeEvent[] = [];
  const busy = { ms: 0 };
  const watch = watchTime({
    clock,
    platform: 'linux',
    cpuMs: () => busy.ms,
    onEvent: (event) => events.push(event),
    ...options,
  });
  const told = (): (readonly [string, number])[] =>
    events.map((event) => [event.type, event.type === 'step' ? event.deltaMs : event.lostMs]);
  return { clock, events, busy, watch, told };
}

describe('watching time', () => {
  test('tells sleep, stops, blocked loops and steps within a tick, and nothing in quiet times', async () => {
    const { clock, busy, told } = watched();
    await clock.advance(10 * 60_000);
    expect(told()).toEqual([]);
    await clock.advance(400);
    await clock.suspend(8 * HOUR);
    await clock.advance(600);
    expect(told().splice(0)).toEqual([['suspend', 8 * HOUR]]);
    await clock.pause(60_000);
    expect(told().at(-1)).toEqual(['pause', 59_000]);
    busy.ms += 4_900;
    await clock.pause(5_000);
    expect(told().at(-1)).toEqual(['block', 4_000]);
    clock.stepWall(-2 * HOUR);
    await clock.advance(1_000);
    clock.stepWall(2 * HOUR);
    await clock.advance(1_000);
    expect(told().slice(-2)).toEqual([
      ['step', -2 * HOUR],
      ['step', 2 * HOUR],
    ]);
    expect(told()).toHaveLength(5);
  });

  test('stopped, it looks no more and leaves no timer', async () => {
    const { clock, watch, told } = watched();
    watch.stop();
    await clock.suspend(HOUR);
    await clock.advance(10_000);
    expect([told(), clock.pending]).toEqual([[], 0]);
  });

  test.each([
    [true, 'suspend'],
    [false, 'pause'],
  ])('where the clocks cannot tell, who knows may be asked: %s is a %s', async (answer, type) => {
    const asked: number[] = [];
    const confirmSuspend = async (gap: { lostMs: number }): Promise<boolean> => (
      asked.push(gap.lostMs),
      answer
    );
    const { clock, busy, told } = watched({ platform: 'darwin', confirmSuspend });
    await clock.suspend(20_000, { monotonic: true });
    await clock.suspend(HOUR, { monotonic: true });
    busy.ms += HOUR;
    await clock.pause(HOUR);
    await clock.advance(1_000);
    expect(told().map(([name]) => name)).toEqual([type, type, 'block']);
    expect(asked).toEqual([19_000, HOUR - 1_000]);
  });

  test('an answer that fails leaves it to the length of the gap, and is a warning', async () => {
    const warnings: unknown[] = [];
    const onWarning = (warning: Error): unknown => warnings.push(warning.message);
    process.on('warning', onWarning);
    const confirmSuspend = (): Promise<boolean> => Promise.reject(new Error('no sysctl'));
    const { clock, told } = watched({ platform: 'darwin', confirmSuspend });
    await clock.suspend(HOUR, { monotonic: true });
    await clock.advance(0);
    process.off('warning', onWarning);
    expect(told()).toEqual([['suspend', HOUR - 1_000]]);
    expect(warnings).toEqual(['no sysctl']);
  });

  test('a listener that throws is a warning, and the watch goes on', async () => {
    const warnings: unknown[] = [];
    const onWarning = (warning: Error): unknown => warnings.push(warning.message);
    process.on('warning', onWarning);
    const onEvent = (): never => {
      throw new Error('bad listener');
    };
    const { clock } = watched({ onEvent });
    await clock.suspend(HOUR);
    await clock.advance(1_000);
    await clock.suspend(HOUR);
    await clock.advance(1_000);
    process.off('warning', onWarning);
    expect(warnings).toEqual(['bad listener', 'bad listener']);
  });

  test('an answer that comes after the stop is not told', async () => {
    const answer = Promise.withResolvers<boolean>();
    const { clock, watch, told } = watched({ platform: 'darwin', confirmSuspend: () => answer.promise });
    await clock.suspend(HOUR, { monotonic: true });
    watch.stop();
    answer.resolve(true);
    await clock.advance(0);
    expect(told()).toEqual([]);
  });

  test('on Linux nobody is asked, and a step is asked about nowhere', async () => {
    for (const platform of ['linux', 'darwin']) {
      const confirmSuspend = (): Promise<boolean> => Promise.reject(new Error('not to be asked'));
      const { clock, told } = watched({ platform, confirmSuspend });
      if (platform === 'linux') await clock.pause(5_000);
      clock.stepWall(HOUR);
      await clock.advance(1_000);
      expect(told()).toEqual([...(platform === 'linux' ? [['pause', 4_000]] : []), ['step', HOUR]]);
    }
  });

  test('looks once a second, or as often as it is told, by timers that do not keep the process alive', async () => {
    for (const [tickMs, expected] of [
      [undefined, 1_000],
      ['5s', 5_000],
    ] as const) {
      const asked: unknown[] = [];
      const clock = new VirtualClock();
      const timer = clock.timer.bind(clock);
      clock.timer = (ms, callback, options) => {
        asked.push([ms, options]);
        return timer(ms, callback);
      };
      const watch = watchTime({
        clock,
        onEvent: () => undefined,
        ...(tickMs === undefined ? {} : { tickMs }),
      });
      await clock.advance(2 * expected);
      expect(asked).toEqual(Array(3).fill([expected, { unref: true }]));
      watch.stop();
      expect(clock.pending).toBe(0);
    }
  });

  test('the platform and the processor time are those of this process unless told', async () => {
    const events: TimeEvent[] = [];
    const clock = new VirtualClock();
    const watch = watchTime({ clock, onEvent: (event) => events.push(event) });
    await clock.suspend(HOUR, { monotonic: true });
    watch.stop();
    // An idle gap that all clocks count; nobody has computed for a fifth of an hour.
    expect(events.map(({ type }) => type)).toEqual([process.platform === 'linux' ? 'pause' : 'suspend']);
  });

  test('an answer that fails with what is no error is a warning too', async () => {
    const warn = vi.spyOn(process, 'emitWarning').mockReturnValue();
    const confirmSuspend = (): Promise<boolean> => {
      const { promise, reject } = Promise.withResolvers<boolean>();
      reject('just text');
      return promise;
    };
    const { clock, told } = watched({ platform: 'darwin', confirmSuspend });
    await clock.suspend(20_000, { monotonic: true });
    expect(told()).toEqual([['pause', 19_000]]);
    expect(warn.mock.calls.map(([warning]) => String(warning))).toEqual(['Error: just text']);
    vi.restoreAllMocks();
  });

  test.each([0, -1, 'soon'])('a tick of %j is refused by name', (tickMs) => {
    expect(() => watched({ tickMs })).toThrow(expect.objectContaining({ field: 'tickMs' }));
  });
});
