import { VirtualClock } from '@holdfast/resilience/clock';
import { describe, expect, it } from 'vitest';
import { MemoryStore } from '../store/memory/memory-store.ts';
import type { StoreReader } from '../store/port.ts';
import { bad, Harvest, leased, paper } from '../store/testing/fixtures.ts';
import { checkProof } from './check-proof.ts';
import { makeProof } from './make-proof.ts';
import { proofText } from './proof.ts';
import type { Proof } from './proof.ts';
import { readProof } from './read-proof.ts';
import { rowLine } from './tally.ts';

const scope = { baseUrls: new Map<string, string>(), now: 0 };

async function sealedStore() {
  const store = new MemoryStore({ clock: new VirtualClock() });
  const harvest = new Harvest(store, await leased(store));
  await harvest.add(['a', 'b', 'c'].map((id) => paper({ id, title: id })));
  const next = { cursor: 'end', state: 'VERIFIED', reason: 'The list ended with an empty token.' } as const;
  await harvest.add([paper({ id: 'd' }, '2024-01-07')], { next });
  return { store, harvest };
}

describe('a proof', () => {
  it('says of each window what it holds and how its end was proved', async () => {
    const { store } = await sealedStore();
    const proof = await makeProof(store, scope);
    expect(proof).toMatchObject({
      format: 'holdfast-proof',
      formatVersion: 1,
      complete: true,
      feed: { seq: 4 },
    });
    const [window] = proof.sources[0]?.windows ?? [];
    expect(window).toMatchObject({
      stream: 'list',
      from: '2024-01-01',
      to: '2024-01-08',
      state: 'VERIFIED',
      ending: 'The list ended with an empty token.',
      records: 4,
      rows: 4,
      firstId: 'a',
      lastId: 'd',
      moved: 0,
    });
    expect(readProof(proofText(proof))).toEqual(proof);
  });

  it('counts apart what was stamped anew since, and stays right', async () => {
    const { store, harvest } = await sealedStore();
    const before = await makeProof(store, scope);
    await harvest.add([paper({ id: 'a', title: 'a' }, '2024-06-01')]);
    const after = await makeProof(store, scope);
    expect(after.sources[0]?.windows[0]).toEqual({ ...before.sources[0]?.windows[0], moved: 1 });
    expect((await checkProof(store, before)).findings).toEqual([]);
  });

  it('is not complete with a gap, a quarantined record or a window without an end, and is made all the same', async () => {
    const { store, harvest } = await sealedStore();
    await harvest.add([{ type: 'listed', id: 'lost', datestamp: '2024-01-03', place: null }]);
    const withGap = await makeProof(store, scope);
    expect(withGap.complete).toBe(false);
    expect(withGap.sources[0]?.windows[0]?.gaps).toMatchObject([{ key: 'id:lost', state: 'open' }]);
    await harvest.add([paper({ id: 'lost' }, '2024-01-03')], { bad: [bad('bad', '<a>', '2024-01-04')] });
    const quarantined = await makeProof(store, scope);
    expect(quarantined.complete).toBe(false);
    expect(quarantined.sources[0]).toMatchObject({ quarantined: 1, windows: [{ quarantined: 1, gaps: [] }] });
    await leased(store, { source: 'other', from: '2024-02-01', to: '2024-02-08' });
    const open = await makeProof(store, { ...scope, source: 'other' });
    expect(open).toMatchObject({
      complete: false,
      sources: [{ id: 'other', windows: [], notProved: [{ state: 'OPEN' }] }],
    });
    await leased(store, { source: 'tail', to: null, lane: 'tail' });
    expect(await makeProof(store, { ...scope, source: 'tail' })).toMatchObject({ complete: true });
  });

  it('names the newest audit that covered a window and could ask about all of it', async () => {
    const { store } = await sealedStore();
    const audit = {
      source: 's',
      range: { from: '2024-01-01', to: '2024-02-01' },
      methods: ['identifiers'],
      budget: 9,
      requests: 1,
      listed: 4,
      missing: 0,
      probed: 0,
      absent: 0,
      sample: null,
      note: '',
      progress: null,
    } as const;
    await store.putAudit({ ...audit, id: 'old', state: 'ended', startedAt: 1, endedAt: 2 });
    await store.putAudit({ ...audit, id: 'new', state: 'ended', startedAt: 3, endedAt: 4 });
    await store.putAudit({ ...audit, id: 'runs', state: 'running', startedAt: 5, endedAt: null });
    await store.putAudit({
      ...audit,
      id: 'short',
      state: 'ended',
      startedAt: 6,
      endedAt: 7,
      range: { from: '2024-01-02', to: '2024-01-03' },
    });
    const unproved = [{ from: '2024-01-01', to: '2024-01-05' }];
    await store.putAudit({ ...audit, id: 'doubtful', state: 'ended', startedAt: 8, endedAt: 9, unproved });
    const proof = await makeProof(store, scope);
    expect(proof.sources[0]?.windows[0]?.audit).toEqual({
      at: '1970-01-01T00:00:00.004Z',
      methods: ['identifiers'],
      run: 'new',
    });
  });
});

/** The store with one answer replaced: what somebody changed behind its back. */
function tampered(store: MemoryStore, change: Partial<StoreReader>): Pick<StoreReader, 'moment'> {
  return {
    moment: (work) =>
      store.moment((moment) =>
        work(
          new Proxy(moment, {
            get: (target, name) => {
              const own: unknown = Reflect.get(change, name) ?? Reflect.get(target, name);
              return typeof own === 'function' ? (own.bind(target) as unknown) : own;
            },
          }),
        ),
      ),
  };
}

describe('a store that was changed since its proof', () => {
  it('is found out by the first change or window that differs', async () => {
    const { store } = await sealedStore();
    const proof = await makeProof(store, scope);
    const all = await store.changes(0n, 10);
    const rows = await store.lastChanges('s', { after: '', limit: 10 });
    const problems = async (change: Partial<StoreReader>): Promise<readonly string[]> =>
      (await checkProof(tampered(store, change), proof)).findings.map(({ what, key }) => `${what} ${key}`);
    const feed = (changes: typeof all): Partial<StoreReader> => ({
      changes: async (after) => changes.filter(({ seq }) => seq > after),
    });
    const records = (changed: typeof rows): Partial<StoreReader> => ({
      lastChanges: async (_, { after }) => changed.filter(({ id }) => id > after),
    });
    expect(await problems({})).toEqual([]);
    expect(await problems(feed(all.slice(0, -1)))).toContain('change 4');
    expect(await problems(feed(all.toSpliced(1, 1)))).toContain('change 2');
    expect(await problems(feed(all.map((each) => ({ ...each, at: each.at + 1 }))))).toContain('change 4');
    const window = ['window s/list/2024-01-01..2024-01-08', 'source s'];
    expect(await problems(records(rows.slice(1)))).toEqual(window);
    const other = rows.map((row) => ({ ...row, rows: row.rows.map((each) => ({ ...each, hash: 'x' })) }));
    expect(await problems(records(other))).toEqual(window);
  });

  it('is compared although it was restored, and that is said', async () => {
    const { store } = await sealedStore();
    const proof = await makeProof(store, scope);
    const restored = { identity: async () => ({ ...(await store.identity()), epoch: 'another' }) };
    expect(await checkProof(tampered(store, restored), proof)).toEqual({ findings: [], otherEpoch: true });
  });
});

describe('a proof that is cut, edited or no proof', () => {
  it('is refused by the name of the field', async () => {
    const { store } = await sealedStore();
    const text = proofText(await makeProof(store, scope));
    const edited = (change: (proof: Record<string, unknown> & Proof) => object): string =>
      JSON.stringify(change(JSON.parse(text) as Record<string, unknown> & Proof));
    const without = (key: string): string => edited((proof) => ({ ...proof, [key]: undefined }));
    const told = (bytes: string): string => {
      try {
        readProof(bytes);
        return 'accepted';
      } catch (error) {
        expect(error).toMatchObject({ code: 'ERR_USAGE_PROOF' });
        return (error as Error).message;
      }
    };
    expect(told(text)).toBe('accepted');
    expect(told(text.slice(0, -20))).toContain('no JSON');
    expect(told('{}')).toContain('format is absent');
    expect(told('null')).toContain('the whole is not an object');
    expect(told(text.replace('"formatVersion": 1', '"formatVersion": 2'))).toContain('formatVersion is 2');
    for (const key of ['feed', 'chain', 'store', 'sources', 'digest', 'complete'])
      expect(told(without(key))).toContain(key);
    expect(told(edited((proof) => ({ ...proof, feed: { ...proof.feed, seq: '4' } })))).toContain('feed.seq');
    expect(told(text.replace('"records": 4', '"records": "4"'))).toContain('sources[0].all.records');
    expect(told(text.replace(/"from": "2024-01-01"/, '"from": "soon"'))).toContain(
      'sources[0].windows[0].from',
    );
    expect(told(text.replace('"records": 4', '"records": 5'))).toContain('digest');
  });
});

it('rows whose ids hold tabs or line feeds are never one text', () => {
  const row = { version: '1', hash: 'h', hashVersion: 1 };
  expect(rowLine('a\tb\\n\n', row)).toBe('a\\tb\\\\n\\n\t1\th\t1\n');
  expect(rowLine('a', { ...row, version: null })).toBe('a\t\th\t1\n');
});
