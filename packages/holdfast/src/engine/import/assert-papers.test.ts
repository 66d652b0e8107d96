import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { VirtualClock } from '@holdfast/resilience/clock';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { MemoryStore } from '../../store/memory/memory-store.ts';
import { runImport } from './run-import.ts';

const clock = new VirtualClock({ start: Date.UTC(2026, 10, 22) });
let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-import-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Imports a table of these rows into an empty store. */
async function imported(header: string, rows: readonly string[]) {
  const path = join(folder, 'table.csv');
  writeFileSync(path, `${[header, ...rows].join('\n')}\n`);
  const store = new MemoryStore({ clock });
  const timeouts = { connect: 1_000, firstByte: 1_000, idle: 1_000 };
  const config = { sources: [{ id: 'arxiv', kind: 'arxiv' as const, from: 'all', enabled: true, timeouts }] };
  const world = { config, store, clock, uniqueId: () => 'x' };
  const run = runImport(world, { path, source: null, signal: new AbortController().signal });
  return { run, store };
}

const numbers = Array.from({ length: 60 }, (_, index) => String(index + 1).padStart(5, '0'));

it('a table whose rows are no papers is refused as a whole, and leaves nothing in the quarantine', async () => {
  const { run, store } = await imported(
    'arxiv_id,score',
    numbers.map((number) => `2301.${number},1`),
  );
  await expect(run).rejects.toMatchObject({
    code: 'ERR_IMPORT_NO_PAPERS',
    message: expect.stringContaining('none of the first 50 rows can be taken: The line has no title.'),
  });
  expect(await store.quarantine({})).toEqual([]);
});

it('a table with papers is imported, and its other rows are kept with their reasons', async () => {
  const rows = numbers.map((number, index) => {
    const title = index < 49 ? '' : 'A title';
    return `2301.${number},${title},2023-01-05`;
  });
  const { run, store } = await imported('arxiv_id,title,published', rows);
  expect(await run).toMatchObject({ added: 11, refused: 49 });
  expect((await store.quarantine({})).length).toBe(49);
});

it('a table of few rows tells of each', async () => {
  const { run } = await imported('arxiv_id,title,published', [
    '2301.00001,,2023-01-05',
    '2301.00002,,2023-01-05',
  ]);
  expect(await run).toMatchObject({ added: 0, refused: 2 });
});
