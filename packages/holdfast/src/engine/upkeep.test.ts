import { VirtualClock } from '@holdfast/resilience/clock';
import { expect, test } from 'vitest';
import type { DiskSample } from '../store/port.ts';
import { keepUp } from './upkeep.ts';

const HOUR = 3_600_000;
const GB = 1e9;

/** Upkeep of a store that has so many steps of work each hour and grows by a gigabyte a day. */
function upkeep(
  stepsEachHour: number,
  options: { freeBytes?: number | null; failing?: Error; upstreamNow?: () => number | null } = {},
) {
  const clock = new VirtualClock({ start: Date.UTC(2026, 4, 18) });
  const at: number[] = [];
  const by: string[] = [];
  const told: (string | null)[] = [];
  let left = stepsEachHour;
  const samples: readonly DiskSample[] = [15, 16, 17].map((day) => ({
    day: `2026-05-${String(day)}`,
    bytes: day * GB,
  }));
  const ending = new AbortController();
  const run = keepUp(
    {
      store: {
        maintain: ({ now }) => {
          at.push(clock.monotonic());
          by.push(new Date(now).toISOString().slice(0, 10));
          if (options.failing !== undefined) return Promise.reject(options.failing);
          left = left > 1 ? left - 1 : stepsEachHour;
          const more = left !== stepsEachHour;
          const nothing = {
            rawPagesDropped: 0,
            incidentsRolledUp: 0,
            timelinesRolledUp: 0,
            batchesRolledUp: 0,
            bytesFreed: 0,
            walBytes: 0,
          };
          return Promise.resolve({ ...nothing, more });
        },
        diskSamples: () => Promise.resolve(samples),
      },
      clock,
      upstreamNow: options.upstreamNow ?? (() => Date.UTC(2026, 4, 18) + clock.boot()),
      keepRawMs: null,
      maxDisk: null,
      diskDays: 7,
      freeBytes: () => Promise.resolve(options.freeBytes ?? null),
      isBusy: () => false,
      onForecast: (summary) => told.push(summary),
    },
    ending.signal,
  );
  const end = async (): Promise<void> => {
    ending.abort();
    await run;
  };
  return { clock, at, by, told, end, run };
}

test('each hour all that is due is done, in quick steps', async () => {
  const { clock, at, end } = upkeep(3);
  await clock.advance(2.5 * HOUR);
  expect(at).toHaveLength(9);
  expect((at[2] ?? 0) - (at[0] ?? 0)).toBeLessThan(1_000);
  await end();
});

test.each([
  ['of three days', 3 * GB, 'at its present growth the store has room for 3 more days'],
  ['of a year', 365 * GB, null],
  ['that nobody tells', null, null],
])('a disk with room %s is judged', async (_, freeBytes, says) => {
  const { clock, told, end } = upkeep(1, { freeBytes });
  await clock.advance(HOUR / 2);
  expect(told).toEqual([says]);
  await end();
});

test('a full disk only puts it off; any other error is told', async () => {
  const full = upkeep(1, { failing: Object.assign(new Error('full'), { code: 'ENOSPC' }) });
  await full.clock.advance(1.5 * HOUR);
  expect(full.at).toHaveLength(2);
  await full.end();
  const broken = upkeep(1, { failing: new TypeError('a mistake of ours') });
  const [outcome] = await Promise.all([
    broken.run.then(
      () => 'ended',
      (error: unknown) => error,
    ),
    broken.clock.advance(HOUR / 2),
  ]);
  expect(outcome).toMatchObject({ message: 'a mistake of ours' });
});

test('a clock that is years ahead makes nothing old: the upstreams know the time as well', async () => {
  const { clock, by, end } = upkeep(1);
  await clock.advance(HOUR / 2);
  clock.stepWall(10 * 365 * 24 * HOUR);
  await clock.advance(24 * HOUR);
  expect(new Set(by)).toEqual(new Set(['2026-05-18', '2026-05-19']));
  await end();
});

test('a clock that is behind its upstreams decides, and nothing is dropped before one has told its time', async () => {
  const ahead = upkeep(1, { upstreamNow: () => Date.UTC(2030, 0, 1) });
  await ahead.clock.advance(HOUR / 2);
  expect(ahead.by).toEqual(['2026-05-18']);
  await ahead.end();
  const untold = upkeep(1, { upstreamNow: () => null });
  await untold.clock.advance(3 * HOUR);
  expect(untold.by).toEqual([]);
  await untold.end();
});
