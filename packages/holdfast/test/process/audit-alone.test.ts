import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '@holdfast/resilience/clock';
import { createUpstream, serve, type Listening, type Upstream } from '@holdfast/upstream';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { exampleWindow } from '../../src/cli/audit/testing/example-reports.ts';
import { runCommandLine } from '../../src/cli/main.ts';
import { testIo } from '../../src/cli/testing/test-io.ts';
import { addDays, dayOf } from '../../src/model/day.ts';
import { openStore } from '../../src/store/sqlite/index.ts';

let folder = '';
let today = '';
let upstream: Upstream;
let listening: Listening;

async function audit(...words: readonly string[]) {
  const io = testIo({ cwd: folder, env: { HOLDFAST_STATE_DIR: join(folder, 'state') } });
  const code = await runCommandLine(['--config', join(folder, 'config.json'), 'audit', ...words], io);
  return { code, out: io.out.text, err: io.err.text };
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'hf-audit-alone-'));
  const now = () => systemClock.now();
  upstream = createUpstream({ kind: 'arxiv', now, records: 40, days: 5, seed: 8, recordBytes: 300 });
  listening = await serve(upstream);
  today = dayOf(now());
  const from = addDays(today, -9);
  const baseUrl = `${listening.origin}${upstream.basePath}`;
  const sources = [{ id: 'arxiv', kind: 'arxiv', from, baseUrl, minIntervalMs: 0 }];
  writeFileSync(join(folder, 'config.json'), JSON.stringify({ dataDir: '.', sources }));
  // A store that believes that it has everything, and has nothing: what was lost behind the engine's back.
  const store = await openStore({ file: join(folder, 'holdfast.db'), clock: systemClock });
  await store.putSource('arxiv', 'arxiv', { from, watermark: `${today}T00:00:00Z`, memory: { from } });
  const proved = { serverDate: `${today}T00:00:00Z`, lookedAt: now() };
  await store.plan([
    exampleWindow(from, addDays(today, -1), proved),
    exampleWindow(addDays(today, -1), null),
  ]);
  await store.close();
});
afterAll(async () => {
  await listening.close();
  rmSync(folder, { recursive: true });
});

it('without an engine, finds what was lost, names it, and repairs it', async () => {
  expect((await audit('--report')).code).toBe(0);
  const yesterday = addDays(today, -1);
  const lost = [...upstream.truth()]
    .filter(({ datestamp }) => datestamp.slice(0, 10) < yesterday)
    .map(({ id }) => id);
  const found = await audit('--json');
  expect(found.code).toBe(4);
  const rows = JSON.parse(found.out) as { id?: string; state: string }[];
  expect(rows.flatMap(({ id }) => id ?? []).toSorted()).toEqual(lost.toSorted());
  expect(found.err).toContain(`${String(lost.length)} missing`);
  const repaired = await audit('--repair');
  expect(repaired.out).toContain('missing: 0 records, 0 ranges');
  expect(repaired.code).toBe(0);
});
