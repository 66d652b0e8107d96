import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { VirtualClock } from '@holdfast/resilience/clock';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { exampleIncident, NOW } from '../status/testing/example-report.ts';
import { openStore } from '../store/sqlite/index.ts';
import { runCommandLine } from './main.ts';
import { testIo } from './testing/test-io.ts';
import type { TestIo } from './testing/test-io.ts';
import type { IncidentReport } from '../status/status-report.ts';

let folder = '';
let io: TestIo;

async function run(...words: readonly string[]): Promise<number> {
  return runCommandLine(['--data-dir', folder, 'incidents', ...words], io);
}

const DAY = 86_400_000;

beforeEach(async () => {
  io = testIo({ cwd: folder });
  await io.clock.advance(NOW - io.clock.now());
});

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'hf-incidents-'));
  const clock = new VirtualClock({ start: NOW });
  const store = await openStore({ file: join(folder, 'holdfast.db'), clock });
  const over = NOW - 40 * DAY;
  await store.putIncidents([
    exampleIncident({ id: 'a', actions: [{ at: NOW - 3_000_000, what: 'asked \u001b[31magain' }] }),
    exampleIncident({ id: 'b', cause: 'gap', scope: 'arxiv', sources: ['arxiv'], recoveredAt: null }),
    exampleIncident({ id: 'c', startedAt: NOW - 3 * DAY, recoveredAt: NOW - 2 * DAY }),
    exampleIncident({ id: 'd', startedAt: over - 60_000, recoveredAt: over, recordsAffected: 5 }),
  ]);
  await store.maintain({ now: NOW, keepRawMs: null, limit: 100 });
  await store.close();
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('incidents', () => {
  it('lists what lasts and what was in the last day, safe for a terminal', async () => {
    expect(await run()).toBe(0);
    const lines = io.out.text.split('\n');
    expect(lines[0]).toMatch(/^SINCE \(UTC\) +UNTIL +CAUSE +SCOPE +DETECT +RECOVER +LATE +WHAT$/);
    expect(io.out.text).toMatch(
      /2026-11-22 01:00 +2026-11-22 01:50 +outage +upstream\.example\.org +3s +49m 57s/,
    );
    expect(io.out.text).toMatch(/lasts +gap +arxiv/);
    expect(io.out.text).toContain('01:10:00 asked again.');
    expect(lines.filter((line) => line !== '')).toHaveLength(3);
  });

  it('lists one source alone', async () => {
    expect(await run('--json', '--source', 'arxiv')).toBe(0);
    const rows = JSON.parse(io.out.text) as IncidentReport[];
    expect(rows.map(({ id, state }) => [id, state])).toEqual([['b', 'open']]);
  });

  it('lists everything that is kept, and the totals of what was rolled up', async () => {
    expect(await run('--json', '--all')).toBe(0);
    const rows = JSON.parse(io.out.text) as { kind: string; id?: string; cause: string }[];
    expect(rows.map(({ kind, id }) => id ?? kind).toSorted()).toEqual(['a', 'b', 'c', 'total']);
    expect(rows.at(-1)).toMatchObject({ kind: 'total', cause: 'outage', count: 1, recordsAffected: 5 });
    io.out.text = '';
    expect(await run('--all')).toBe(0);
    expect(io.out.text).toMatch(/DAY +CAUSE +COUNT +TOGETHER +LONGEST +LATE/);
  });

  it('says so when there was none', async () => {
    expect(await run('--source', 'nobody')).toBe(0);
    expect(io.out.text).toContain('No incident lasts');
  });
});
