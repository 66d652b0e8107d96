import { expect, test } from 'vitest';
import { AuditMachine } from './audit-machine.ts';

const FULL = process.env['HOLDFAST_TEST_FULL'] === '1';
/** Numbers of the two months that lie in the harvest as a whole; old papers have numbers of their own months. */
const DENSE = /^260[45]\./;

test('papers that neither the harvest nor any list names are found by their numbers, and fetched', async () => {
  const machine = new AuditMachine({ kind: 'arxiv', records: 300, pageSize: 50 });
  const unlisted = machine.upstream.unlist(15, 100).filter((id) => DENSE.test(id));
  expect(unlisted.length).toBeGreaterThan(10);
  await machine.harvest();
  expect(await machine.store.find('source', unlisted)).toEqual([]);
  const run = await machine.audit();
  // Behind the last number of April, five more are asked for.
  expect(run).toMatchObject({ state: 'ended', missing: unlisted.length, absent: 5 });
  expect((await machine.store.find('source', unlisted)).length).toBe(unlisted.length);
  expect((await machine.compare()).gaps).toBe(0);
  expect(await machine.audit()).toMatchObject({ missing: 0, probed: 5, absent: 5 });
});

test('the last numbers of a month are found too, although no larger one is known', async () => {
  const machine = new AuditMachine({ kind: 'arxiv', records: 600, pageSize: 100 });
  const rows = [...machine.upstream.truth()];
  const place = rows.findLastIndex(({ id }) => id.startsWith('2604.'));
  const unlisted = machine.upstream.unlist(40, place - 39).filter((id) => DENSE.test(id));
  await machine.harvest();
  const run = await machine.audit();
  expect(run.missing).toBe(unlisted.length);
  expect((await machine.store.find('source', unlisted)).length).toBe(unlisted.length);
});

test('numbers of many months are asked for together, a few requests for four years, also in turns of two requests', async () => {
  const setting = { kind: 'arxiv', records: 500, days: 1_500, pageSize: 250, from: 'all' } as const;
  const machine = new AuditMachine(setting);
  const unlisted = [...machine.upstream.unlist(3, 120), ...machine.upstream.unlist(3, 400)];
  await machine.harvest();
  const probes = new Set<string>();
  for (let state = ''; state !== 'ended';) {
    const run = await machine.audit({ repair: true, budget: 2 });
    ({ state } = run);
    expect(machine.requests()).toBeLessThan(1_000);
  }
  for (const entry of machine.upstream.ledger.entries)
    if (entry.type === 'request' && entry.url.includes('/api/query')) probes.add(entry.url);
  const [run] = await machine.store.audits();
  // Five behind the end of each of about 48 months that are over.
  expect(run).toMatchObject({ state: 'ended', missing: unlisted.length });
  expect(run?.absent).toBeGreaterThan(200);
  expect(probes.size).toBeLessThanOrEqual(Math.ceil(((run?.probed ?? 0) + 1) / 198) + 1);
  expect((await machine.store.find('source', unlisted)).length).toBe(unlisted.length);
  // All of it is remembered: only the months of the last ninety days are asked for again.
  const before = machine.requests();
  const second = await machine.audit();
  expect(second).toMatchObject({ state: 'ended', missing: 0 });
  expect(second.probed).toBeLessThan(30);
  expect(machine.requests() - before).toBeLessThanOrEqual(8);
});

test('numbers that do not exist are no alarm; those of the last 90 days are asked for again, and found when they appear', async () => {
  const machine = new AuditMachine({
    kind: 'arxiv',
    records: 300,
    pageSize: 50,
    publishAfterRequests: 1_000_000,
  });
  const hidden = machine.upstream.hide(15, 100).filter((id) => DENSE.test(id));
  await machine.harvest();
  // Behind the last number of April, five more are asked for.
  const absent = hidden.length + 5;
  expect(await machine.audit()).toMatchObject({ missing: 0, probed: absent, absent });
  expect(await machine.audit()).toMatchObject({ missing: 0, probed: absent, absent });
  machine.upstream.publishHidden();
  machine.upstream.unlist(15, 100);
  const found = await machine.audit();
  expect(found).toMatchObject({ missing: hidden.length, absent: 5 });
  expect((await machine.compare()).lost).toEqual([]);
});

test('a range that lists omit for a while is complete after the audit', async () => {
  for (const kind of ['arxiv', 'oai-pmh', 'biorxiv'] as const) {
    const machine = new AuditMachine({
      kind,
      records: 200,
      pageSize: 20,
      faults: ['omitted-range@3'],
      publishAfterRequests: 1_000_000,
    });
    await machine.harvest();
    const hidden = machine.upstream.publishHidden();
    expect((await machine.compare()).fired).toEqual(['omitted-range']);
    const lost = (await machine.compare()).lost.length;
    const run = await machine.audit();
    expect([kind, run.missing, hidden.length > 0]).toEqual([kind, lost, true]);
    expect((await machine.compare()).lost).toEqual([]);
  }
});

test('an upstream that re-stamps papers during harvest and audit loses none of them', async () => {
  for (const seed of FULL ? [1, 2, 3, 4, 5, 6, 7, 8] : [1, 2]) {
    const machine = new AuditMachine({
      kind: 'arxiv',
      seed,
      records: 400,
      days: 10,
      pageSize: 20,
      restamp: 3,
    });
    await machine.harvest();
    expect(await machine.audit()).toMatchObject({ state: 'ended' });
    await machine.clock.advance(30 * 3_600_000);
    await machine.harvest();
    const { lost, unexpected, duplicated } = await machine.compare();
    const restamped = machine.upstream.ledger.entries.filter(
      (entry) => entry.type === 'change' && entry.reason === 'restamp',
    );
    expect(restamped.length).toBeGreaterThan(50);
    expect([seed, lost, unexpected, duplicated]).toEqual([seed, [], [], []]);
  }
});
