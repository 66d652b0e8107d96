import { expect, test } from 'vitest';
import { AuditMachine } from './audit-machine.ts';

const HOUR = 3_600_000;
const FULL = process.env['HOLDFAST_TEST_FULL'] === '1';

test('a turn sends no more than its budget, and the audit goes on where it stood', async () => {
  for (const kind of ['arxiv', 'oai-pmh', 'biorxiv'] as const) {
    // arXiv lists eight times as many identifiers as records.
    const machine = new AuditMachine({ kind, records: 120, pageSize: kind === 'arxiv' ? 2 : 16 });
    await machine.harvest();
    const ids = await machine.drawIds(10);
    machine.lose(ids);
    const { lost } = await machine.compare();
    const sent: number[] = [];
    for (let state = ''; state !== 'ended' && sent.length < 100;) {
      const before = machine.requests();
      const run = await machine.audit({ repair: false, budget: 3 });
      ({ state } = run);
      sent.push(machine.requests() - before);
      if (state === 'paused') expect(run.note).toContain('goes on in an hour');
    }
    expect(Math.max(...sent)).toBeLessThanOrEqual(3);
    expect(sent.length).toBeGreaterThan(2);
    const [run] = await machine.store.audits();
    expect([kind, run?.state, run?.missing, run?.requests]).toEqual([
      kind,
      'ended',
      lost.length,
      sent.reduce((sum, each) => sum + each, 0),
    ]);
    expect((await machine.store.audits()).length).toBe(1);
  }
});

test('an audit that is killed at any place finds everything once', async () => {
  for (const kind of ['arxiv', 'oai-pmh', 'biorxiv'] as const) {
    for (const diesAt of FULL ? [3, 8, 13, 21, 34, 47, 60, 90] : [8, 21, 47]) {
      const machine = new AuditMachine({ kind, records: 80, pageSize: 10 });
      await machine.harvest();
      machine.lose(await machine.drawIds(7));
      const { lost } = await machine.compare();
      const killed = machine.startAudit({ repair: true, budget: 10_000, diesAt });
      const ended = Promise.race([killed.life.died, killed.work]);
      await machine.through(ended);
      const run = await machine.audit();
      expect([kind, diesAt, run.state]).toEqual([kind, diesAt, 'ended']);
      const found = (await machine.store.audits()).reduce((sum, { missing }) => sum + missing, 0);
      // What a commit stored before a kill cut off its count is here, and was not counted.
      expect([kind, diesAt, found <= lost.length]).toEqual([kind, diesAt, true]);
      const { lost: left, duplicated, gaps } = await machine.compare();
      expect([kind, diesAt, left, duplicated, gaps]).toEqual([kind, diesAt, [], [], 0]);
    }
  }
});

test('an engine audits by itself once nothing is owed, in turns an hour apart, and repairs what it finds', async () => {
  const machine = new AuditMachine({ kind: 'arxiv', records: 300, pageSize: 5 });
  await machine.harvest();
  const ids = await machine.drawIds(12);
  machine.lose(ids);
  const engine = machine.engine({ every: 7 * 24 * HOUR, requests: 3 });
  const stopping = new AbortController();
  const run = engine.run(stopping.signal).catch(() => undefined);
  expect(await machine.until(() => machine.told.at(-1)?.state === 'ended')).toBe(true);
  const turns = machine.told.filter(({ state }) => state === 'paused').length;
  expect(turns).toBeGreaterThan(0);
  expect(machine.told.at(-1)).toMatchObject({ missing: 12 });
  expect((await machine.compare()).lost).toEqual([]);
  const spent = machine.told.map(({ progress }) => (progress as { spent: number }).spent);
  expect(Math.max(...spent)).toBe(3);
  const audits = machine.upstream.ledger.entries.filter(
    (entry) =>
      entry.type === 'request' && /api\/query|oai_dc|arXivOld|ListIdentifiers.*arXivRaw/.test(entry.url),
  );
  expect(audits.length).toBe(machine.told.at(-1)?.requests);
  stopping.abort();
  await machine.clock.advance(1_000);
  await run;
});

test('a source that a person paused sends nothing for an audit that was asked for', async () => {
  const machine = new AuditMachine({ kind: 'oai-pmh', records: 60, pageSize: 10 });
  await machine.harvest();
  const engine = machine.engine({ every: null, requests: 50 });
  const stopping = new AbortController();
  const run = engine.run(stopping.signal).catch(() => undefined);
  await machine.clock.advance(60_000);
  await engine.pause();
  const [begun] = await engine.audit({ repair: true });
  expect(begun).toMatchObject({ state: 'running', requests: 0 });
  const before = machine.requests();
  await machine.clock.advance(5 * HOUR);
  expect(machine.requests()).toBe(before);
  await engine.resume();
  expect(await machine.until(() => machine.told.at(-1)?.state === 'ended')).toBe(true);
  expect(machine.told.at(-1)?.id).toBe(begun?.id);
  stopping.abort();
  await machine.clock.advance(1_000);
  await run;
});
