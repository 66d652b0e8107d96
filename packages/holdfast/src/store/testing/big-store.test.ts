import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openReader } from '../sqlite/sqlite-store.ts';
import { makeBigStore } from './big-store.ts';

test('the large store has a year of incidents and timelines for each of its sources', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-big-'));
  const file = join(folder, 'holdfast.db');
  await makeBigStore({ file, now: Date.UTC(2026, 10, 22), sources: 3, windowsPerSource: 4, incidents: 400 });
  const reader = openReader({ file });
  const stats = await reader.stats();
  expect(stats).toMatchObject({ records: 30, quarantined: 3, gapsOpen: 3, indexedSeq: 30n });
  expect(stats.perSource[0]?.windows).toEqual({ open: 2, sealed: 1, verified: 1, gap: 0 });
  const totals = await reader.incidentTotals('2000-01-01');
  const single = await reader.incidents();
  expect(single.length).toBeGreaterThan(30);
  expect(totals.reduce((sum, { count }) => sum + count, 0) + single.length).toBe(400);
  expect(await reader.incidents({ open: true })).toHaveLength(20);
  const timelines = await reader.timelines('2000-01-01');
  expect(timelines).toHaveLength(3 * 365);
  expect(new Set(timelines.map(({ slots }) => slots.length))).toEqual(new Set([24, 288]));
  await reader.close();
  rmSync(folder, { recursive: true });
});
