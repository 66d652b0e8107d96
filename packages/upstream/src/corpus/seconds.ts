import { daySeconds } from '../days.ts';
import { mix } from '../random.ts';

/** No row is older: arXiv's earliest datestamp. */
export const earliestSecond = Date.UTC(2005, 8, 16) / 1000;

/** How the rows of a fresh corpus lie in time. */
export interface Spread {
  readonly seed: number;
  readonly records: number;
  readonly days: number;
  /** Seconds since the epoch. */
  readonly now: number;
  /** Rows in the middle that share the second of the first of them. */
  readonly oneStamp: number;
}

/** Rising seconds over whole UTC days that end yesterday, every second at most once while there is room. */
export function spreadSeconds(spread: Spread): Uint32Array<ArrayBuffer> {
  const end = Math.floor(spread.now / daySeconds) * daySeconds;
  const start = Math.max(earliestSecond, end - spread.days * daySeconds);
  const step = Math.max(0, end - start) / Math.max(1, spread.records);
  const seconds = new Uint32Array(spread.records);
  for (let row = 0; row < spread.records; row += 1) {
    const jitter = (mix(spread.seed, row, 11) / 4_294_967_296) * step * 0.98;
    seconds[row] = Math.floor(start + row * step + jitter);
  }
  const block = Math.min(spread.oneStamp, spread.records);
  const first = Math.floor((spread.records - block) / 2);
  if (block > 0) seconds.fill(seconds[first] ?? start, first, first + block);
  return seconds;
}
