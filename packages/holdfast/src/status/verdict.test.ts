import { describe, expect, it } from 'vitest';
import type { Incident } from '../model/incident.ts';
import { awaitedReason } from '../model/staleness.ts';
import { exitCodeOfStatus } from './degraded.ts';
import { incidentReport } from './incident-report.ts';
import {
  ago,
  exampleIncident,
  exampleReport,
  exampleSource,
  exampleSupervisor,
  incidentOf,
  NOW,
} from './testing/example-report.ts';
import { nextCommands, overallOf } from './verdict.ts';

describe('the exit code of a status', () => {
  const healthy = exampleReport();
  const { engine, store } = healthy;
  const awaiting = exampleSource({ state: 'stale', reason: awaitedReason('2026-11-20', '2026-11-19') });
  const damage = (state: 'open' | 'recovered') =>
    incidentReport(
      exampleIncident({ cause: 'integrity', scope: 'store', recoveredAt: state === 'open' ? null : NOW }),
    );
  const unwritten = (change: Partial<Incident> = {}) =>
    incidentOf({ cause: 'disk', scope: 'output jsonl', recoveredAt: null, ...change });
  const late = { lagSeconds: 1, stalenessSeconds: 1, targetSeconds: 1, late: true };
  it.each([
    ['nothing', healthy, 0],
    ['a waiting source', { ...healthy, sources: [exampleSource({ state: 'waiting' as const })] }, 0],
    [
      'a source whose disk is full',
      { ...healthy, sources: [exampleSource({ state: 'waiting' as const, waitsForDisk: true })] },
      4,
    ],
    ['a late source that waits', { ...healthy, sources: [exampleSource({ freshness: late })] }, 4],
    [
      'a late day',
      { ...healthy, sources: [exampleSource({ state: 'stale' as const, reason: 'nothing newer' })] },
      4,
    ],
    ['a day that is only due', { ...healthy, sources: [awaiting] }, 0],
    ['a blocked source', { ...healthy, sources: [exampleSource({ state: 'blocked' as const })] }, 4],
    ['a quarantined record', { ...healthy, store: { ...store, quarantined: 1 } }, 4],
    ['an open gap', { ...healthy, store: { ...store, gapsOpen: 1 } }, 4],
    ['a cooldown', { ...healthy, engine: { ...engine, state: 'cooling-down' as const } }, 4],
    ['a hanging engine', { ...healthy, engine: { ...engine, state: 'hung' as const } }, 4],
    ['a page server that runs', { ...healthy, supervisor: exampleSupervisor() }, 0],
    [
      'a page server that starts again at once',
      { ...healthy, supervisor: exampleSupervisor({ mode: 'delayed' }) },
      0,
    ],
    [
      'a cooldown of the page server',
      { ...healthy, supervisor: exampleSupervisor({ mode: 'cooling-down' }) },
      4,
    ],
    ['a hanging page server', { ...healthy, supervisor: exampleSupervisor({ mode: 'hung' }) }, 4],
    ['no engine', { ...healthy, engine: { ...engine, state: 'stopped' as const } }, 3],
    ['damage of the store', { ...healthy, incidents: [damage('open')] }, 5],
    ['damage that is over', { ...healthy, incidents: [damage('recovered')] }, 0],
    ['an output that cannot be written', { ...healthy, incidents: [unwritten()] }, 4],
    ['an output that can again', { ...healthy, incidents: [unwritten({ recoveredAt: NOW })] }, 0],
    ['a backup that failed', { ...healthy, incidents: [unwritten({ cause: 'backup', scope: 'store' })] }, 4],
    [
      'no engine and damage',
      { ...healthy, incidents: [damage('open')], engine: { ...engine, state: 'stopped' as const } },
      5,
    ],
    [
      'no engine and a gap',
      { ...healthy, store: { ...store, gapsOpen: 1 }, engine: { ...engine, state: 'stopped' as const } },
      3,
    ],
  ])('with %s unresolved is %o', (_, report, code) => {
    expect(exitCodeOfStatus(report)).toBe(code);
  });
});

describe('the sentence over everything', () => {
  it('says that all is well only when it is', () => {
    expect(overallOf(exampleReport())).toEqual({
      level: 'well',
      sentence: 'All is well.',
      reasons: ['1 source up to date, no gap is open and nothing is in quarantine.'],
    });
  });

  it('names what is wrong before what is waited for', () => {
    const base = exampleReport();
    const overall = overallOf({
      ...base,
      store: { ...base.store, gapsOpen: 1 },
      sources: [exampleSource({ id: 'a', state: 'waiting' }), exampleSource({ id: 'b', state: 'stale' })],
    });
    expect(overall.level).toBe('degraded');
    expect(overall.reasons).toEqual(['b is late.', '1 gap is open.', 'a is waiting for its upstream.']);
  });

  it('does not call it well while a file that was to be kept is not', () => {
    const summary = 'papers.jsonl cannot be written: its folder is not there.';
    const incidents = [incidentOf({ cause: 'disk', scope: 'output jsonl', summary, recoveredAt: null })];
    expect(overallOf(exampleReport({ incidents }))).toMatchObject({ level: 'degraded', reasons: [summary] });
  });

  it.each([
    [
      { mode: 'cooling-down' as const, pid: null, nextStartAt: ago(-600_000) },
      'The server ended too often in a row; it is started again at 02:10 UTC.',
    ],
    [{ mode: 'hung' as const }, 'The server hangs: it gives no sign of life.'],
  ])('does not call it well while another child than the engine does not work: %o', (server, reason) => {
    const report = exampleReport({ supervisor: exampleSupervisor(server) });
    expect(overallOf(report)).toMatchObject({ level: 'degraded', reasons: [reason] });
    expect(nextCommands(report)).toEqual(['holdfast logs']);
  });

  it('says that nothing can be stored, and does not blame an upstream for it', () => {
    const full = exampleReport({
      sources: [exampleSource({ id: 'a', state: 'waiting', waitsForDisk: true }), exampleSource({ id: 'b' })],
    });
    expect(overallOf(full)).toMatchObject({
      level: 'degraded',
      reasons: ['a waits for the disk: what comes is kept in memory and cannot be stored.'],
    });
    expect(nextCommands(full)).toEqual(['holdfast doctor']);
  });

  it('calls what is ours no fault of anything', () => {
    const sources = ['a', 'b', 'c', 'd', 'e'].map((id) => exampleSource({ id, state: 'offline' }));
    expect(overallOf(exampleReport({ sources }))).toEqual({
      level: 'waiting',
      sentence: 'Waiting, with nothing known to be missing.',
      reasons: ['a, b, c and 2 more are held up because this machine is offline.'],
    });
  });

  it('knows what to type next', () => {
    const base = exampleReport();
    expect(nextCommands({ ...base, engine: { ...base.engine, state: 'stopped' } })).toEqual([
      'holdfast start',
    ]);
    expect(nextCommands(exampleReport({ sources: [exampleSource({ state: 'throttled' })] }))).toEqual([
      'holdfast retry library',
    ]);
  });
});
