/** One measured value; `at` in ms. */
export interface Point {
  readonly at: number;
  readonly value: number;
}

/** A trend: units an hour, with its 95 % confidence interval. */
export interface Slope {
  readonly perHour: number;
  readonly low: number;
  readonly high: number;
  /** Blocks that went in, and how many independent ones they are worth. */
  readonly blocks: number;
  readonly worth: number;
}

const BLOCK_MS = 120_000;
/** A short series has blocks of a minute instead. */
const SHORT_MS = 1_800_000;
/** With fewer independent blocks than this no interval is worth its name. */
const FEWEST = 5;
const HOUR_MS = 3_600_000;
/** What is left of a straight line after it is taken away is no noise. */
const ROUNDING = 1e-20;

/**
 * Least squares over the medians (or another centre) of blocks of two minutes. Neighbouring blocks resemble each other, so that they
 * are worth fewer than they are: n (1 - r) / (1 + r) with the lag-1 autocorrelation r of the residuals (Santer et
 * al. 2000, doi:10.1029/1999JD901105), in the standard error and in the degrees of freedom. Null: too few.
 */
export function slopeOf(points: readonly Point[], of: Centre = median): Slope | null {
  const blocks = blocksOf(points, of);
  const n = blocks.length;
  if (n < FEWEST) return null;
  const middle = mean(blocks.map(({ at }) => at));
  const level = mean(blocks.map(({ value }) => value));
  const spread = sum(blocks.map(({ at }) => (at - middle) ** 2));
  const slope = sum(blocks.map(({ at, value }) => (at - middle) * (value - level))) / spread;
  const residuals = blocks.map(({ at, value }) => value - level - slope * (at - middle));
  const rounding = sum(blocks.map(({ value }) => value ** 2)) * ROUNDING;
  const rest = sum(residuals.map((residual) => residual ** 2));
  const squares = rest <= rounding ? 0 : rest;
  const lagged = sum(residuals.slice(1).map((residual, index) => residual * (residuals[index] ?? 0)));
  // A negative one would make more of them than there are.
  const r = squares === 0 ? 0 : Math.max(0, lagged / squares);
  const worth = (n * (1 - r)) / (1 + r);
  if (worth < FEWEST) return null;
  const error = Math.sqrt(squares / (worth - 2) / spread);
  const reach = error * quantile(worth - 2);
  return {
    perHour: slope * HOUR_MS,
    low: (slope - reach) * HOUR_MS,
    high: (slope + reach) * HOUR_MS,
    blocks: n,
    worth,
  };
}

/** What stands for a block. */
export type Centre = (values: readonly number[]) => number;

/** The lowest one: what is left when everything that comes and goes has gone. A leak raises it. */
export const floor: Centre = (values) => Math.min(...values);

/** The centre of each block, at the mean of its times; a last block that is not half full is left out. */
export function blocksOf(points: readonly Point[], of: Centre = median): readonly Point[] {
  const [first] = points;
  const last = points.at(-1);
  if (first === undefined || last === undefined) return [];
  const blockMs = last.at - first.at < SHORT_MS ? BLOCK_MS / 2 : BLOCK_MS;
  const groups = Map.groupBy(points, ({ at }) => Math.floor((at - first.at) / blockMs));
  const fullest = Math.max(...[...groups.values()].map(({ length }) => length));
  return [...groups.values()]
    .filter(({ length }) => 2 * length > fullest)
    .map((group) => ({
      at: mean(group.map(({ at }) => at)),
      value: of(group.map(({ value }) => value)),
    }));
}

/** The middle one. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const half = Math.floor(sorted.length / 2);
  const upper = sorted[half] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[half - 1] ?? Number.NaN)) / 2;
}

/** The 97.5 % quantile of Student's t, by its series in 1/df (Abramowitz and Stegun 26.7.5); 1 % off at 3. */
function quantile(df: number): number {
  const z = 1.959964;
  const terms = [
    (z ** 3 + z) / 4,
    (5 * z ** 5 + 16 * z ** 3 + 3 * z) / 96,
    (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / 384,
  ];
  return terms.reduce((total, term, index) => total + term / df ** (index + 1), z);
}

function mean(values: readonly number[]): number {
  return sum(values) / values.length;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
