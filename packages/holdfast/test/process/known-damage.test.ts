import { systemClock } from '@holdfast/resilience/clock';
import { expect, test } from 'vitest';
import { runCommand } from '../../../../drill/product/run-command.ts';
import { openStore } from '../../src/store/sqlite/index.ts';
import { makeBench } from './support.ts';

test('damage that is known ends a run that was to end with 5, until a verify finds nothing', async () => {
  const { home } = await makeBench();
  const command = async (...words: readonly string[]): Promise<number | null> =>
    (await runCommand([...home.config, ...words], { env: home.env })).code;
  expect(await command('run', '--once', '--deadline', '60s')).toBe(0);
  const store = await openStore({ file: home.storeFile, clock: systemClock });
  const at = systemClock.now();
  await store.putIncidents([
    {
      id: `integrity:store:${String(at)}`,
      cause: 'integrity',
      scope: 'store',
      layer: 'storage',
      summary: 'the store does not hold what was written',
      sources: [],
      startedAt: at,
      detectedAt: at,
      recoveredAt: null,
      count: 1,
      actions: [],
      nextAttemptAt: null,
      recordsAffected: 0,
    },
  ]);
  await store.close();
  expect(await command('run', '--once', '--deadline', '60s')).toBe(5);
  expect(await command('status')).toBe(5);
  expect(await command('verify')).toBe(0);
  expect(await command('run', '--once', '--deadline', '60s')).toBe(0);
});
