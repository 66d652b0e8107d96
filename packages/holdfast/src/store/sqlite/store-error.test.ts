import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { VirtualClock } from '@holdfast/resilience/clock';
import { expect, test } from 'vitest';
import { commitOf, leased, paper } from '../testing/fixtures.ts';
import { WriterClient } from './client.ts';
import { openStore } from './sqlite-store.ts';
import { isBroken, storeError } from './store-error.ts';

function sqliteError(errcode: number): Error {
  return Object.assign(new Error('it failed'), { code: 'ERR_SQLITE_ERROR', errcode });
}

test.for([
  [13, 'ERR_STORE_FULL', false],
  [10, 'ERR_STORE_IO', true],
  [1034, 'ERR_STORE_IO', true],
  [5, 'ERR_STORE_BUSY', false],
  [261, 'ERR_STORE_BUSY', false],
  [8, 'ERR_STORE_READONLY', false],
  [264, 'ERR_STORE_READONLY', false],
  [11, 'ERR_STORE_CORRUPT', true],
  [1, 'ERR_STORE_SQLITE', false],
] as const)('result code %i is %s', ([errcode, code, broken]) => {
  const error = sqliteError(errcode);
  expect(storeError(error, join(tmpdir(), 'x.db'))).toMatchObject({
    code,
    cause: error,
    hint: expect.stringMatching(/\w/) as string,
  });
  expect(isBroken(error)).toBe(broken);
  const local = ['ERR_STORE_BUSY', 'ERR_STORE_FULL', 'ERR_STORE_IO', 'ERR_STORE_READONLY'].includes(code);
  expect((storeError(error, 'x.db') as { verdict?: { category: string } }).verdict?.category).toBe(
    local ? 'local' : undefined,
  );
});

test('an error that is not of SQLite stays as it is', () => {
  const error = new Error('mine');
  expect(storeError(error, 'x.db')).toBe(error);
});

test('when the writing thread dies, calls fail, and the batch id tells the outcome afterwards', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-thread-'));
  const file = join(folder, 'holdfast.db');
  const clock = new VirtualClock();
  const store = await openStore({ file, clock });
  const commit = commitOf(await leased(store), { items: [paper({ id: 'a' })] });
  await store.commit(commit);
  await store.close();
  const client = new WriterClient({ file, today: '2026-01-01' });
  const hanging = client.call('open');
  await client.terminate();
  await expect(hanging).rejects.toMatchObject({ code: 'ERR_STORE_ENDED', verdict: undefined });
  await expect(client.call('index', 1)).rejects.toMatchObject({ code: 'ERR_STORE_ENDED' });
  const again = await openStore({ file, clock });
  expect(await again.commit(commit)).toMatchObject({ inserted: 1, replayed: true });
  await again.close();
  rmSync(folder, { recursive: true });
});
