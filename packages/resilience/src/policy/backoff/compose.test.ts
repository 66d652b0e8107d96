import { describe, expect, test } from 'vitest';
import type { Random } from '../../clock/index.ts';
import {
  atLeast,
  atMost,
  chain,
  constant,
  decorrelatedJitter,
  describeBackoff,
  exponential,
  fullJitter,
  linear,
  sum,
} from '../index.ts';
import type { Backoff } from '../index.ts';

const at = (value: number): Random => ({ next: () => value });
const first = (count: number, backoff: Backoff, random = at(0.5)): number[] =>
  Array.from({ length: count }, (_, index) => backoff.delayMs(index + 1, random));

describe('chain', () => {
  test('tenacity: two waits of 1 s, two of 4 s, then 8 s for ever', () => {
    const backoff = chain([constant('1s'), 2], [constant('4s'), 2], constant('8s'));
    expect(first(10, backoff)).toEqual([1, 1, 4, 4, 8, 8, 8, 8, 8, 8].map((seconds) => seconds * 1_000));
    expect(backoff.delayMs(1_000_000, at(0))).toBe(8_000);
    expect(backoff.delayMs(0, at(0))).toBe(1_000);
  });

  test('each part counts its own retries', () => {
    const backoff = chain([linear(10, 1_000), 2], exponential(100, 1_000));
    expect(first(6, backoff)).toEqual([10, 20, 100, 200, 400, 800]);
  });

  test('a part hears of its own delays only', () => {
    const backoff = chain([constant(900), 1], decorrelatedJitter(100, 1_000));
    expect(backoff.delayMs(2, at(0.5), 900)).toBe(200);
    expect(backoff.delayMs(3, at(0.5), 200)).toBe(350);
    const counted = chain([decorrelatedJitter(100, 1_000), 2], constant(5));
    expect([counted.delayMs(1, at(0.5), 900), counted.delayMs(2, at(0.5), 200)]).toEqual([200, 350]);
    expect(counted.delayMs(0, at(0.5), 900)).toBe(200);
    const asked: (number | undefined)[][] = [];
    const mine: Backoff = {
      ...constant(1),
      delayMs: (retry, _random, previousMs) => asked.push([retry, previousMs]),
    };
    first(4, chain([mine, 2], mine));
    chain([mine, 2], mine).delayMs(4, at(0), 7);
    expect(asked).toEqual([
      [1, undefined],
      [2, undefined],
      [1, undefined],
      [2, undefined],
      [2, 7],
    ]);
  });

  test('is told as data, its cap is the largest of its parts, and it cannot be changed', () => {
    const backoff = chain([constant('1m'), 3], fullJitter('1s', '30s'));
    expect(JSON.parse(JSON.stringify(describeBackoff(backoff)))).toEqual({
      kind: 'chain',
      baseMs: 60_000,
      capMs: 60_000,
      parts: [
        { kind: 'constant', baseMs: 60_000, capMs: 60_000, times: 3 },
        { kind: 'full-jitter', baseMs: 1_000, capMs: 30_000 },
      ],
    });
    expect([backoff, backoff.parts, ...(backoff.parts ?? [])].every((part) => Object.isFrozen(part))).toBe(
      true,
    );
  });
});

describe('sum, at least, at most', () => {
  test('a sum adds every delay', () => {
    const backoff = sum(constant(1_000), fullJitter(3_000, 3_000), constant(5_000));
    expect(first(2, backoff, at(0.5))).toEqual([7_500, 7_500]);
    expect(backoff).toMatchObject({ kind: 'sum', baseMs: 9_000, capMs: 9_000 });
    expect(sum(linear(1, 9), linear(10, 90)).delayMs(3, at(0))).toBe(33);
    expect(sum(decorrelatedJitter(100, 1_000), constant(1)).delayMs(2, at(0.5), 200)).toBe(351);
  });

  test('tenacity: exponential with at least 10 s and at most 100 s', () => {
    const backoff = atMost(atLeast(exponential('1s', '30d'), '10s'), '100s');
    const seconds = [1, 2, 3, 4, 5, 6, 7, 8, 9, 20].map((retry) => backoff.delayMs(retry, at(0)) / 1_000);
    expect(seconds).toEqual([10, 10, 10, 10, 16, 32, 64, 100, 100, 100]);
    expect(backoff).toMatchObject({ kind: 'at-most', baseMs: 10_000, capMs: 100_000 });
  });

  test('a limit moves base and cap only where they lie beyond it', () => {
    expect(atLeast(constant(50), 20)).toMatchObject({ kind: 'at-least', baseMs: 50, capMs: 50 });
    expect(atLeast(constant(50), 80)).toMatchObject({ baseMs: 80, capMs: 80 });
    expect(atMost(constant(50), 20)).toMatchObject({ baseMs: 20, capMs: 20 });
    expect(atMost(constant(50), 80)).toMatchObject({ kind: 'at-most', baseMs: 50, capMs: 50 });
    expect(first(1, atLeast(constant(50), 20))).toEqual([50]);
    expect(atLeast(constant(50), 20).parts).toStrictEqual([{ kind: 'constant', baseMs: 50, capMs: 50 }]);
    expect(first(1, atMost(constant(50), 80))).toEqual([50]);
  });

  test('composed values nest in the description', () => {
    expect(describeBackoff(atMost(sum(constant(1), constant(2)), 2))).toEqual({
      kind: 'at-most',
      baseMs: 2,
      capMs: 2,
      parts: [
        {
          kind: 'sum',
          baseMs: 3,
          capMs: 3,
          parts: [
            { kind: 'constant', baseMs: 1, capMs: 1 },
            { kind: 'constant', baseMs: 2, capMs: 2 },
          ],
        },
      ],
    });
  });

  test('a backoff of the user is called as a method', () => {
    class Mine implements Backoff {
      readonly kind = 'constant';
      readonly baseMs = 7;
      readonly capMs = 7;
      delayMs(): number {
        return this.baseMs;
      }
    }
    const mine = new Mine();
    const composed = [atLeast(mine, 1), atMost(mine, 9), sum(mine), chain(mine), chain([mine, 1], mine)];
    expect(composed.map((backoff) => backoff.delayMs(1, at(0)))).toEqual([7, 7, 7, 7, 7]);
  });
});

test.each([
  ['chain', () => chain(...([] as unknown as [Backoff]))],
  ['chain', () => chain(...([[constant(1), 1]] as unknown as [Backoff]))],
  ['chain[0]', () => chain(...([constant(1), constant(1)] as unknown as [Backoff]))],
  ['chain[0]', () => chain([{} as Backoff, 1], constant(1))],
  ['chain[0].times', () => chain([constant(1), 0], constant(1))],
  ['chain[1].times', () => chain([constant(1), 1], [constant(1), 1.5], constant(1))],
  ['chain[0].times', () => chain([constant(1), '3' as unknown as number], constant(1))],
  ['sum[1]', () => sum(constant(1), undefined as unknown as Backoff)],
  ['sum[0]', () => sum(null as unknown as Backoff)],
  ['atLeast.min', () => atLeast(constant(1), 0)],
  ['atMost.max', () => atMost(constant(1), 0.5)],
  ['atLeast.backoff', () => atLeast({ delayMs: 5 } as unknown as Backoff, 1)],
  ['atMost.backoff', () => atMost('1s' as unknown as Backoff, 1)],
])('a composition that cannot work is refused by naming %s', (field, make) => {
  expect(make).toThrow(expect.objectContaining({ code: 'ERR_INVALID_OPTION', field }));
});
