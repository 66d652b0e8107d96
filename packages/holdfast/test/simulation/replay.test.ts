import { expect, test } from 'vitest';
import { runHistory } from './history.ts';
import { scenarioOf } from './scenario.ts';

const SEEDS = [11, 12, 13, 14];

async function digestOf(seed: number): Promise<string> {
  return (await runHistory(scenarioOf(seed))).digest();
}

test('a seed is the same history again, whatever was played before it', async () => {
  const forwards: string[] = [];
  for (const seed of SEEDS) forwards.push(await digestOf(seed));
  const backwards: string[] = [];
  for (const seed of SEEDS.toReversed()) backwards.unshift(await digestOf(seed));
  expect(backwards).toEqual(forwards);
});

test('other seeds are other histories', async () => {
  const digests = await Promise.all(SEEDS.map(digestOf));
  expect(new Set(digests).size).toBe(SEEDS.length);
});
