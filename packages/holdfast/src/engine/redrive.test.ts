import { VirtualClock } from '@holdfast/resilience/clock';
import { expect, test } from 'vitest';
import { tailWindow } from '../ingest/windows.ts';
import { makeSource } from './source-factory.ts';
import { MemoryStore } from '../store/memory/memory-store.ts';
import { redrive } from './redrive.ts';

const RECORD = `<record><header><identifier>oai:x:1</identifier><datestamp>2026-05-16</datestamp></header><metadata>
<oai_dc:dc xmlns:oai_dc="http://www.openarchives.org/OAI/2.0/oai_dc/" xmlns:dc="http://purl.org/dc/elements/1.1/">
<dc:title>A title</dc:title></oai_dc:dc></metadata></record>`;

/** A store with one record in quarantine, whose first window is being harvested. */
async function harvested(windows: number) {
  const clock = new VirtualClock({ start: Date.UTC(2026, 4, 18) });
  const store = new MemoryStore({ clock });
  const source = makeSource({
    id: 's',
    kind: 'oai-pmh',
    baseUrl: 'http://127.0.0.1/oai',
    from: '10d',
    enabled: true,
    timeouts: { connect: 1_000, firstByte: 1_000, idle: 1_000 },
  });
  const days = ['2026-05-16', '2026-05-15'].slice(0, windows);
  await store.plan(days.map((day) => tailWindow({ source: 's', stream: 'list' }, day)));
  const [first] = await store.windows('s');
  const lease = await store.claim({ owner: 'engine', window: first?.key ?? '', ttlMs: 60_000 });
  if (lease === null) throw new Error('the window is not there');
  const page = {
    bytes: Buffer.from(RECORD),
    url: 'http://127.0.0.1/oai',
    contentType: 'text/xml',
    fetchedAt: clock.now(),
  };
  const commit = {
    lease,
    prev: '',
    next: { cursor: '' },
    page,
    items: [],
    bad: [],
    at: clock.now(),
  };
  const bad = {
    id: 'oai:x:1',
    datestamp: '2026-05-16',
    code: 'ERR_X',
    reason: 'unreadable',
    bytes: page.bytes,
    place: null,
  };
  await store.commit({ ...commit, batchId: 'a', bad: [bad] });
  let ids = 0;
  const run = () =>
    redrive({ store, clock, uniqueId: () => `r${String((ids += 1))}`, source: () => source }, 'all');
  return { store, run, commit };
}

test('what is redriven does not fence the window that is being harvested', async () => {
  const { store, run, commit } = await harvested(2);
  expect(await run()).toEqual({ redriven: 1, left: 0 });
  expect((await store.stats()).records).toBe(1);
  await expect(store.commit({ ...commit, batchId: 'b' })).resolves.toMatchObject({ replayed: false });
});

test('with its only window being harvested, a redrive says that it has to be tried again', async () => {
  const { run, commit, store } = await harvested(1);
  await expect(run()).rejects.toMatchObject({ code: 'ERR_STORE_LOCKED' });
  await store.release(commit.lease);
  expect(await run()).toEqual({ redriven: 1, left: 0 });
});
