import { uptime } from 'node:os';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { systemClock } from './index.ts';

afterEach(() => {
  // In this order: the other one would put the false setTimeout back, for whoever comes next.
  vi.restoreAllMocks();
  vi.useRealTimers();
});

/** The delays that were given to `setTimeout`, and the handles that it gave. */
function spied(): { delays: unknown[]; handles: NodeJS.Timeout[] } {
  const delays: unknown[] = [];
  const handles: NodeJS.Timeout[] = [];
  const real = globalThis.setTimeout;
  vi.spyOn(globalThis, 'setTimeout').mockImplementation(((callback: () => void, ms: number) => {
    delays.push(ms);
    const handle = real(callback, ms);
    handles.push(handle);
    return handle;
  }) as never);
  return { delays, handles };
}

describe('what the system clock tells', () => {
  test('wall time is that of Date', () => {
    vi.useFakeTimers({ now: 1_234_567 });
    expect(systemClock.now()).toBe(1_234_567);
  });

  test('boot time is that of the system, in ms', () => {
    const before = uptime() * 1_000;
    const boot = systemClock.boot();
    expect(boot).toBeGreaterThanOrEqual(before);
    expect(boot).toBeLessThanOrEqual(uptime() * 1_000);
  });

  test('monotonic time is that of hrtime, in ms with fractions', () => {
    vi.spyOn(process, 'hrtime').mockReturnValue([7, 250_500_000]);
    expect(systemClock.monotonic()).toBe(7_250.5);
  });
});

describe('its timers', () => {
  test.each([
    [0, 0],
    [-5, 0],
    [1, 1],
    [1.5, 2],
    [1_000, 1_000],
    [2 ** 31 - 1, 2 ** 31 - 1],
    [2 ** 31, 2 ** 31 - 1],
    [2 ** 40, 2 ** 31 - 1],
  ])('of %d ms give setTimeout %d', (ms, delay) => {
    vi.useFakeTimers();
    const { delays } = spied();
    systemClock.timer(ms, () => undefined).cancel();
    expect(delays).toEqual([delay]);
  });

  test('call back once, not early, and not when they were cancelled', () => {
    vi.useFakeTimers();
    let fired = 0;
    systemClock.timer(10, () => (fired += 1));
    systemClock.timer(10, () => (fired += 100)).cancel();
    expect(fired).toBe(0);
    vi.advanceTimersByTime(9);
    expect(fired).toBe(0);
    vi.advanceTimersByTime(1);
    expect(fired).toBe(1);
    vi.advanceTimersByTime(1_000);
    expect(fired).toBe(1);
  });

  test('that the system fires early are armed again for what is left', () => {
    vi.useFakeTimers();
    const { delays } = spied();
    const now = vi.spyOn(process, 'hrtime').mockReturnValue([100, 0]);
    let fired = 0;
    systemClock.timer(50, () => (fired += 1));
    now.mockReturnValue([100, 49_100_000]);
    vi.advanceTimersByTime(50);
    expect([fired, delays]).toEqual([0, [50, 1]]);
    now.mockReturnValue([100, 50_000_000]);
    vi.advanceTimersByTime(1);
    expect([fired, delays]).toEqual([1, [50, 1]]);
  });

  test.each([
    [undefined, true],
    [{}, true],
    [{ unref: false }, true],
    [{ unref: true }, false],
  ])('with %j keep the process alive: %s, in each link of a chain', (options, keeps) => {
    vi.useFakeTimers();
    const { handles } = spied();
    const timer = systemClock.timer(2 ** 31 + 5, () => undefined, options);
    vi.advanceTimersByTime(2 ** 31 - 1);
    expect(handles.map((handle) => handle.hasRef())).toEqual([keeps, keeps]);
    timer.cancel();
  });

  test('are what it sleeps on, with the same options', async () => {
    vi.useFakeTimers();
    const { handles } = spied();
    let slept = false;
    const sleeping = systemClock.sleep(30, { unref: true }).then(() => (slept = true));
    expect(handles.map((handle) => handle.hasRef())).toEqual([false]);
    await vi.advanceTimersByTimeAsync(29);
    expect(slept).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    await sleeping;
    await expect(systemClock.sleep(1, { signal: AbortSignal.abort('no') })).rejects.toBe('no');
  });
});
