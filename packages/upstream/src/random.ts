/** A reproducible stream of numbers. */
export interface Random {
  /** A number in [0, 1). */
  next(): number;
  /** A whole number in [0, below). */
  below(limit: number): number;
  /** One element of a list that is not empty. @throws RangeError on an empty list */
  pick<T>(list: readonly T[]): T;
}

/** 32 well-mixed bits from a seed and up to two more numbers (murmur3's finaliser, applied in turn). */
export function mix(seed: number, a: number, b = 0): number {
  return finish(finish(finish(seed | 0) ^ (a | 0)) ^ Math.imul(b | 0, 0x9e3779b1));
}

function finish(value: number): number {
  let h = (value + 0x6d2b79f5) | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** A stream that depends on (seed, a, b) alone (mulberry32): record i is made from (seed, i) whenever it is asked for. */
export function randomFrom(seed: number, a: number, b = 0): Random {
  let state = mix(seed, a, b);
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
  const below = (limit: number): number => Math.floor(next() * limit);
  const pick = <T>(list: readonly T[]): T => {
    const index = below(list.length);
    if (index >= list.length) throw new RangeError('cannot pick from an empty list');
    return list[index] as T;
  };
  return { next, below, pick };
}
