import fc from 'fast-check';
import { afterEach, expect, test, vi } from 'vitest';
import { seededRandom, systemRandom } from './index.ts';

afterEach(() => void vi.restoreAllMocks());

/** mulberry32 as its author wrote it, with signed arithmetic; a second hand for the same numbers. */
function mulberry32(seed: number): () => number {
  let a = seed;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

test('seeded randomness is mulberry32: it repeats itself and stays in [0, 1)', () => {
  fc.assert(
    fc.property(fc.integer(), (seed) => {
      const [ours, theirs] = [seededRandom(seed), mulberry32(seed)];
      for (let i = 0; i < 20; i += 1) {
        const value = ours.next();
        expect(value).toBe(theirs());
        expect(value >= 0 && value < 1).toBe(true);
      }
    }),
  );
});

test('its first numbers never change, whatever the seed', () => {
  const first = (seed: number): number[] => {
    const random = seededRandom(seed);
    return [random.next(), random.next()];
  };
  expect(first(0)).toEqual([0.266_429_208_684_712_65, 0.000_329_745_700_582_861_9]);
  expect(first(1)).not.toEqual(first(2));
  expect(first(1.9)).toEqual(first(1));
  expect(first(-1)).toEqual(first(2 ** 32 - 1));
});

test('the real randomness is that of the system', () => {
  const spy = vi.spyOn(Math, 'random').mockReturnValueOnce(0.25).mockReturnValueOnce(0.75);
  expect([systemRandom.next(), systemRandom.next(), spy.mock.calls.length]).toEqual([0.25, 0.75, 2]);
});
