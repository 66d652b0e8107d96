import { daysBetween } from './day.ts';
import type { Day } from './day.ts';

const DAY_MS = 86_400_000;
/** Days that tell how fast the store grows now. */
const SAMPLES = 14;
/** Fewer days tell nothing: the first harvest of a source grows fast and ends. */
const FEWEST = 3;

/** When the disk, or the budget for it, is used up at the present growth. */
export interface DiskForecast {
  /** Days from the last sample's size on; 0 when there is no room left; null when it does not grow or too little is known. */
  readonly fullInDays: number | null;
  /** Bytes a day; negative when the store shrinks, 0 when too little is known. */
  readonly growthPerDay: number;
}

/** What a forecast is made of. */
export interface DiskFacts {
  /** The store's size by day, oldest first. */
  readonly samples: readonly { readonly day: Day; readonly bytes: number }[];
  /** What the disk has free, bytes. */
  readonly freeBytes: number;
  /** The budget for the store, bytes; null when only the disk bounds it. */
  readonly maxDisk: number | null;
  /** Wall ms. */
  readonly now: number;
}

/**
 * Forecasts by the median of the slopes between any two of the last 14 samples (Theil-Sen): one day with a
 * large import, or a clean-up, does not bend it. Samples of days that are too long ago, or to come, do not count.
 */
export function diskForecast({ samples, freeBytes, maxDisk, now }: DiskFacts): DiskForecast {
  const recent = samples.filter(({ day }) => isRecent(day, now)).slice(-SAMPLES);
  const last = recent.at(-1);
  if (!last || recent.length < FEWEST) return { fullInDays: null, growthPerDay: 0 };
  const growthPerDay = medianSlope(recent);
  const room = Math.max(0, Math.min(freeBytes, maxDisk === null ? Infinity : maxDisk - last.bytes));
  return { fullInDays: growthPerDay > 0 ? room / growthPerDay : null, growthPerDay };
}

/** A store that rested for long, or whose clock was wrong, has samples that say nothing about now. */
function isRecent(day: Day, now: number): boolean {
  const age = now - Date.parse(day);
  return age >= 0 && age < 2 * SAMPLES * DAY_MS;
}

function medianSlope(samples: DiskFacts['samples']): number {
  const slopes = samples.flatMap((later, index) =>
    samples
      .slice(0, index)
      .map((earlier) => (later.bytes - earlier.bytes) / daysBetween(earlier.day, later.day)),
  );
  slopes.sort((a, b) => a - b);
  const middle = Math.floor(slopes.length / 2);
  const upper = slopes[middle] ?? 0;
  return slopes.length % 2 === 1 ? upper : (upper + (slopes[middle - 1] ?? 0)) / 2;
}
