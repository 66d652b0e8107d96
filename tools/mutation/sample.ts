/** So many of the items, picked by the seed, in their order; all when there are no more. */
export function sample<T>(items: readonly T[], size: number, seed: number): readonly T[] {
  const left = items.map((_, index) => index);
  const picked: number[] = [];
  const next = generator(seed);
  while (picked.length < size && left.length > 0) {
    picked.push(...left.splice(Math.floor(next() * left.length), 1));
  }
  return picked.toSorted((a, b) => a - b).flatMap((index) => items.slice(index, index + 1));
}

/** Mulberry32, public domain, by Tommy Ettinger: numbers from 0 up to 1. */
function generator(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
