import { randomInt } from 'node:crypto';

/** The seed of a run's choices, printed with how to have them again: `HOLDFAST_TEST_SEED`. */
export function chosenSeed(name: string): number {
  const wanted = process.env['HOLDFAST_TEST_SEED'];
  const seed = wanted === undefined ? randomInt(1_000_000) : Number(wanted);
  process.stdout.write(`${name}: seed ${seed}; again with HOLDFAST_TEST_SEED=${seed}\n`);
  return seed;
}
