import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { remember } from '../drill/report/remember.ts';
import { BEGAN, MIXED, reportOf } from './drill-rows.ts';
import { lastDrill, lastDrillFile } from '../packages/holdfast/src/status/last-drill.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-last-drill-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

test('what a whole drill keeps is what the status reads', () => {
  expect(lastDrill(folder)).toBeNull();
  const stateDir = join(folder, 'state');
  const path = lastDrillFile(stateDir);
  remember(reportOf(MIXED), { only: ['disk'] }, path);
  remember(reportOf(MIXED, { interrupted: true }), { only: [] }, path);
  expect(lastDrill(stateDir)).toBeNull();
  remember(reportOf(MIXED), { only: [] }, path);
  expect(lastDrill(stateDir)).toEqual({
    startedAt: new Date(BEGAN).toISOString(),
    size: 'quick',
    seed: 7,
    version: '1.2.3',
    valid: 1,
    invalid: 1,
    unknown: 1,
    notCovered: 1,
    lost: 2,
    duplicated: 0,
  });
});

test.each(['', 'null', '[]', '{"startedAt":"x"}', '{"startedAt":"2026-01-01","size":"quick","version":"1"}'])(
  'what is nothing of ours is no drill: %s',
  (text) => {
    writeFileSync(lastDrillFile(folder), text);
    expect(lastDrill(folder)).toBeNull();
  },
);
