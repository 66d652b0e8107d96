import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock, VirtualClock } from '@holdfast/resilience/clock';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { exportLine } from '../../formats/jsonl.ts';
import { MemoryStore } from '../../store/memory/memory-store.ts';
import { openStore } from '../../store/sqlite/index.ts';
import type { Store } from '../../store/port.ts';
import { Harvest, leased, paper } from '../../store/testing/fixtures.ts';
import { keepJsonl } from './keep-jsonl.ts';
import { keepSummary } from './keep-summary.ts';
import type { OutputDeps } from './keep-trying.ts';
import { OutputFile, positionFile } from './output-file.ts';

let folder = '';
let store: Store;
let harvest: Harvest;

async function openNew(file: string): Promise<void> {
  store = await openStore({ file: join(folder, file), clock: new VirtualClock() });
  harvest = new Harvest(store, await leased(store));
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-outputs-'));
  store = new MemoryStore({ clock: new VirtualClock() });
  harvest = new Harvest(store, await leased(store));
});
afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true });
});

/** Time that passes as soon as somebody waits for it. */
const quick = {
  ...systemClock,
  now: () => 0,
  sleep: () => new Promise<void>((resolve) => void setImmediate(resolve)),
};

function deps(change: Partial<OutputDeps> = {}): OutputDeps & { readonly told: string[] } {
  const told: string[] = [];
  return {
    path: join(folder, 'papers.jsonl'),
    clock: quick,
    notice: ({ code }) => void told.push(code),
    trouble: (summary) => void (summary !== null && told.push(summary)),
    told,
    ...change,
  };
}

const over = { harvested: AbortSignal.abort(), stop: new AbortController().signal };
const lines = (file = 'papers.jsonl'): string[] =>
  readFileSync(join(folder, file), 'utf8').split('\n').slice(0, -1);

async function exported(): Promise<string[]> {
  const all: string[] = [];
  for await (const each of store.export({})) all.push(exportLine(each, true));
  return all;
}

/** The last line of each paper, in the order of the feed: what an export of the store is. */
function latest(all: readonly string[]): string[] {
  const byId = new Map<string, string>();
  for (const line of all) {
    const { source, id } = JSON.parse(line) as { source: string; id: string };
    byId.delete(`${source} ${id}`);
    byId.set(`${source} ${id}`, line);
  }
  return [...byId.values()];
}

describe('the JSONL output', () => {
  test('has a line per change, and the last line of each paper is what an export gives', async () => {
    await harvest.add([paper({ id: 'a', title: 'one' }), paper({ id: 'b' })]);
    await keepJsonl(deps(), store, over);
    expect(lines()).toEqual(await exported());
    await harvest.add([paper({ id: 'a', title: 'two' }, '2024-01-03'), paper({ id: 'c' })]);
    await keepJsonl(deps(), store, over);
    expect(lines()).toHaveLength(4);
    expect(latest(lines())).toEqual(await exported());
  });

  test('ends only when what was committed before the end is written', async () => {
    const harvested = new AbortController();
    const kept = keepJsonl(deps(), store, { ...over, harvested: harvested.signal });
    for (let round = 0; round < 20; round += 1) {
      await harvest.add([paper({ id: `p${round}` })]);
      await quick.sleep();
    }
    harvested.abort();
    await kept;
    expect(lines()).toEqual(await exported());
    expect(lines()).toHaveLength(20);
  });

  test.each([
    ['half a line', (file: string) => appendFileSync(file, '{"seq":9,"sour')],
    ['zeros', (file: string) => appendFileSync(file, Buffer.alloc(5_000))],
    ['whole lines whose position was not written', (file: string) => appendFileSync(file, '{"seq":3}\n')],
  ])('cuts what is behind its position: %s', async (_, tear) => {
    await harvest.add([paper({ id: 'a' }), paper({ id: 'b' })]);
    await keepJsonl(deps(), store, over);
    tear(join(folder, 'papers.jsonl'));
    await harvest.add([paper({ id: 'c' })]);
    const after = deps();
    await keepJsonl(after, store, over);
    expect(lines()).toEqual(await exported());
    expect(after.told).toEqual([]);
  });

  test('begins anew beside the old one when the store is another one, and says so', async () => {
    await harvest.add([paper({ id: 'a' })]);
    await keepJsonl(deps(), store, over);
    await store.close();
    await openNew('b.db');
    await harvest.add([paper({ id: 'x' }), paper({ id: 'y' })], { batchId: 'other' });
    const after = deps();
    await keepJsonl(after, store, over);
    expect(after.told).toEqual(['OUTPUT_BEGUN_ANEW']);
    expect(lines()).toEqual(await exported());
    expect(lines('papers.jsonl.old-1')).toHaveLength(1);
  });

  test.each([
    ['lost its position', () => rmSync(positionFile(join(folder, 'papers.jsonl')))],
    ['was shortened', () => writeFileSync(join(folder, 'papers.jsonl'), '')],
    [
      'has a position that cannot be read',
      () => writeFileSync(positionFile(join(folder, 'papers.jsonl')), '{'),
    ],
  ])('begins anew beside one that %s', async (_, spoil) => {
    await harvest.add([paper({ id: 'a' }), paper({ id: 'b' })]);
    await keepJsonl(deps(), store, over);
    spoil();
    const after = deps();
    await keepJsonl(after, store, over);
    expect(after.told).toEqual(['OUTPUT_BEGUN_ANEW']);
    expect(lines()).toEqual(await exported());
    expect(readdirSync(folder)).toContain('papers.jsonl.old-1');
  });

  test('waits for a place that cannot be written, tells it, and is whole when it can', async () => {
    await harvest.add([paper({ id: 'a' })]);
    const path = join(folder, 'later', 'papers.jsonl');
    let failures = 0;
    const waiting = deps({
      path,
      trouble: (summary) => {
        if (summary === null) return;
        failures += 1;
        expect(summary).toContain('its folder is not there');
        if (failures === 3) mkdirSync(join(folder, 'later'));
      },
    });
    await keepJsonl(waiting, store, over);
    expect(failures).toBe(3);
    expect(lines('later/papers.jsonl')).toEqual(await exported());
  });

  test('lets an engine end that is asked to, whatever is left', async () => {
    await harvest.add([paper({ id: 'a' })]);
    const waiting = deps({ path: join(folder, 'nowhere', 'papers.jsonl') });
    await keepJsonl(waiting, store, { ...over, stop: AbortSignal.abort() });
    expect(waiting.told).toHaveLength(1);
  });
});

describe('outputs of a run whose time is up', () => {
  const stopped = { ...over, stop: AbortSignal.abort() };

  test('say that a file is not whole, and the next run completes it', async () => {
    await harvest.add(Array.from({ length: 50 }, (_, index) => paper({ id: `a${String(index)}` })));
    const cut = await keepJsonl(deps(), store, stopped);
    expect(cut).toMatch(/papers\.jsonl was not written to its end when the time was up\.$/);
    expect(lines().length).toBeLessThan(50);
    expect(await keepJsonl(deps(), store, over)).toBeNull();
    expect(lines()).toEqual(await exported());
    expect(await keepJsonl(deps(), store, stopped)).toBeNull();
  });

  test('write what was committed before the harvest was over, also when the stop came first', async () => {
    const harvested = new AbortController();
    let looks = 0;
    const clock = {
      ...quick,
      sleep: async () => {
        looks += 1;
        if (looks > 1) return;
        await harvest.add([paper({ id: 'late' })]);
        harvested.abort();
      },
    };
    const end = { ...stopped, harvested: harvested.signal };
    expect(await keepJsonl(deps({ clock }), store, end)).toBeNull();
    expect(lines()).toEqual(await exported());
  });
});

describe('a file of an export', () => {
  const options = (): { path: string; content: string } => ({ path: join(folder, 'out'), content: 'x' });
  const position = { epoch: 'e', seq: 1n, hash: 'h' };

  test('is whole however few bytes the disk takes at a time', async () => {
    let calls = 0;
    const file = await OutputFile.create({
      ...options(),
      sinkOf: (handle) => ({
        write: (bytes, at, length, place) => {
          calls += 1;
          return handle.write(bytes, at, Math.min(length, 3), place);
        },
      }),
    });
    await file.write('ein längerer Text');
    await file.close();
    expect(calls).toBeGreaterThan(5);
    expect(readFileSync(options().path, 'utf8')).toBe('ein längerer Text');
  });

  test('has no half line when the disk is full in the middle of one, and goes on when there is room', async () => {
    let room = 10;
    const file = await OutputFile.create({
      ...options(),
      sinkOf: (handle) => ({
        write: async (bytes, at, length, place) => {
          if (room === 0) throw Object.assign(new Error('no space left'), { code: 'ENOSPC' });
          const part = Math.min(length, room);
          room -= part;
          return handle.write(bytes, at, part, place);
        },
      }),
    });
    await file.write('line 1\n');
    await expect(file.write('line 2\n')).rejects.toMatchObject({
      code: 'ERR_OUTPUT_WRITE',
      message: /the disk is full/,
    });
    expect(readFileSync(options().path, 'utf8')).toBe('line 1\n');
    room = 100;
    await file.write('line 2\n');
    await file.save(position);
    await file.close();
    expect(readFileSync(options().path, 'utf8')).toBe('line 1\nline 2\n');
  });

  test('is gone on with only as the export that it is', async () => {
    const file = await OutputFile.create(options());
    await file.write('a\n');
    await file.save(position);
    await file.close();
    await expect(OutputFile.resume({ ...options(), content: 'y' })).rejects.toMatchObject({
      code: 'ERR_OUTPUT_OTHER',
    });
    const again = await OutputFile.resume(options());
    expect(again.position).toEqual(position);
    await again.close();
  });
});

describe('the summary', () => {
  test('tells how many papers there are, by source, and how the connections do', async () => {
    await harvest.add([paper({ id: 'a' }), paper({ id: 'b' })]);
    const path = join(folder, 'summary.json');
    const health = {
      failures: 2,
      totalRetries: 3,
      lastSuccessfulFetch: '2026-01-01T00:00:00.000Z',
      uptimeHours: 1.5,
    };
    await keepSummary(deps({ path }), store, () => health, over);
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual({
      total_papers: 2,
      papers_per_source: { s: 2 },
      last_update: '1970-01-01T00:00:05.000Z',
      last_seq: 2,
      connection_health: {
        failures: 2,
        total_retries: 3,
        last_successful_fetch: '2026-01-01T00:00:00.000Z',
        uptime_hours: 1.5,
      },
    });
    expect(existsSync(`${path}.new`)).toBe(false);
  });
});
