import { describe, expect, test } from 'vitest';
import { Dice } from '../drill/kill/random.ts';
import { csvOf, measures, type Sample } from '../drill/levels/soak/sample.ts';
import { blocksOf, floor, median, slopeOf, type Point } from '../drill/levels/soak/slope.ts';
import { bounds, judgeSoak } from '../drill/levels/soak/verdict.ts';

const MINUTE = 60_000;
const MB = 1024 * 1024;

/** Noise whose neighbours resemble each other by `r`. */
function noise(dice: Dice, r: number): () => number {
  let last = 0;
  return () => {
    const fresh = Array.from({ length: 12 }, () => dice.next()).reduce((sum, each) => sum + each, -6);
    last = r * last + Math.sqrt(1 - r * r) * fresh;
    return last;
  };
}

/** One value every ten seconds. */
function series(minutes: number, value: (at: number) => number): readonly Point[] {
  return Array.from({ length: minutes * 6 }, (_, index) => ({
    at: index * 10_000,
    value: value(index * 10_000),
  }));
}

/** How many of 300 intervals hold the true slope. */
function coverage(r: number): number {
  const dice = new Dice(5);
  let held = 0;
  for (let run = 0; run < 300; run += 1) {
    const next = noise(dice, r);
    // One value a block, so that the resemblance is that of the blocks.
    const points = Array.from({ length: 50 }, (_, index) => ({
      at: index * 120_000,
      value: index / 30 + next(),
    }));
    const slope = slopeOf(points);
    if (slope !== null && slope.low <= 1 && slope.high >= 1) held += 1;
  }
  return held / 300;
}

describe('a slope', () => {
  test('is in units an hour, and certain where nothing wanders', () => {
    const slope = slopeOf(series(30, (at) => 7 + (3 * at) / (60 * MINUTE)));
    expect(slope?.perHour).toBeCloseTo(3, 6);
    expect(slope?.low).toBeCloseTo(3, 6);
    expect(slope?.high).toBeCloseTo(3, 6);
  });

  test('of what never changes is nothing, with no doubt about it', () => {
    expect(slopeOf(series(30, () => 41))).toMatchObject({ perHour: 0, low: 0, high: 0, blocks: 30 });
  });

  test('holds the truth in about 95 of 100 intervals, also when neighbours resemble each other', () => {
    expect(coverage(0)).toBeGreaterThan(0.92);
    expect(coverage(0.5)).toBeGreaterThan(0.9);
  });

  test('is worth less when neighbours resemble each other', () => {
    const free = slopeOf(series(200, noise(new Dice(3), 0)));
    const bound = slopeOf(series(200, noise(new Dice(3), 0.995)));
    expect(free?.worth).toBeGreaterThan(40);
    expect(bound?.worth ?? 0).toBeLessThan(40);
  });

  test('of the floor is not moved by what comes and goes, and is by what stays', () => {
    const busy = series(60, (at) => 50 + (Math.floor(at / 10_000) % 3) * Math.floor(at / (10 * MINUTE)));
    expect(slopeOf(busy)?.perHour).toBeGreaterThan(1);
    expect(slopeOf(busy, floor)).toMatchObject({ perHour: 0, high: 0 });
    const leak = busy.map(({ at, value }) => ({ at, value: value + Math.floor(at / (10 * MINUTE)) }));
    expect(slopeOf(leak, floor)?.low).toBeGreaterThan(3);
  });

  test('of a few minutes is not told', () => {
    expect(slopeOf(series(4, (at) => at))).toBeNull();
    expect(slopeOf([])).toBeNull();
  });

  test('is of medians, which one leap does not move', () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 2, 3])).toBe(2.5);
    const calm = series(20, (at) => (at === 600_000 ? 1e9 : 5));
    expect(blocksOf(calm).every(({ value }) => value === 5)).toBe(true);
  });
});

describe('a soak', () => {
  const sample = (at: number, values: Partial<Sample>): Sample => {
    const flat = Object.fromEntries(measures.map((measure) => [measure, 10])) as unknown as Sample;
    return { ...flat, ...values, at };
  };
  const hours = (length: number, values: (hour: number) => Partial<Sample>): readonly Sample[] =>
    Array.from({ length: length * 360 }, (_, index) => sample(index * 10_000, values(index / 360)));

  test('that is flat is told as such', () => {
    const { checks, doubts } = judgeSoak(
      hours(2, () => ({})),
      0,
    );
    expect(checks.filter(({ ok }) => !ok)).toEqual([]);
    expect(doubts).toEqual([]);
  });

  test('of an engine that grows by 10 MB an hour, or opens two files an hour, is invalid', () => {
    const { checks } = judgeSoak(
      hours(2, (hour) => ({ engineRss: (100 + 10 * hour) * MB, serverFds: 20 + Math.floor(2 * hour) })),
      0,
    );
    expect(checks.filter(({ ok }) => !ok).map(({ what }) => what)).toEqual([
      'memory of the engine: rises by at most 2.00 MB/h',
      'descriptors of the page server: rises by at most 1.00 /h',
    ]);
  });

  test('of a store that fills its caches may grow by as much, and not after that', () => {
    const filling = (hour: number): Partial<Sample> => ({
      storeBytes: 200 * hour * MB,
      engineRss: (100 + Math.min(120, 350 * hour)) * MB,
    });
    expect(judgeSoak(hours(2, filling), 0).checks.every(({ ok }) => ok)).toBe(true);
    const leaking = judgeSoak(
      hours(2, (hour) => ({ ...filling(hour), engineRss: (100 + 60 * hour) * MB })),
      0,
    );
    expect(leaking.checks.filter(({ ok }) => !ok)).toHaveLength(1);
  });

  test('that wanders more than its bound can be told from is in doubt', () => {
    const next = noise(new Dice(9), 0.98);
    const { doubts } = judgeSoak(
      hours(1, () => ({ engineRss: (100 + 40 * next()) * MB })),
      0,
    );
    expect(doubts).toEqual([expect.stringContaining('memory of the engine')]);
  });

  test('of a few minutes tells no trend', () => {
    const { doubts } = judgeSoak(
      hours(0.1, () => ({})),
      0,
    );
    expect(doubts).toHaveLength(bounds.length);
    expect(doubts.every((doubt) => doubt.startsWith('too short'))).toBe(true);
  });

  test('in which nobody answers is invalid', () => {
    const { checks } = judgeSoak(
      hours(1, (hour) => (hour > 0.9 ? { engineRss: null, engineFds: null } : {})),
      0,
    );
    expect(checks.filter(({ ok }) => !ok).map(({ what }) => what)).toEqual([
      'all of it answered nearly always',
    ]);
  });

  test('leaves a table behind, with empty cells for what was not seen', () => {
    const [heading, row] = csvOf([sample(5, { engineRss: null })]).split('\n');
    expect(heading).toBe(`at,${measures.join(',')}`);
    expect(row).toBe(
      `5,,${measures
        .slice(1)
        .map(() => '10')
        .join(',')}`,
    );
  });
});
