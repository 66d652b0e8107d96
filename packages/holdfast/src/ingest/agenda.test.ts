import { expect, test } from 'vitest';
import { addDays } from '../model/day.ts';
import type { Gap } from '../model/gap.ts';
import type { Window } from '../model/window.ts';
import { oaiPmhSource } from '../sources/oai-pmh/index.ts';
import { nextAuditJob, nextJob, type AgendaView } from './agenda.ts';
import { tailWindow } from './windows.ts';

const NOW = Date.parse('2026-03-10T12:00:00Z');
const source = oaiPmhSource({ id: 's', baseUrl: 'http://127.0.0.1/oai', metadataPrefix: 'oai_dc' });

function window(change: Partial<Window>): Window {
  const stream = { source: 's', stream: 'list' };
  return { ...tailWindow(stream, '2026-03-01'), to: '2026-03-02', lane: 'repair', key: 'day', ...change };
}

const tail: Window = {
  ...tailWindow({ source: 's', stream: 'list' }, '2026-03-09'),
  key: 'tail',
  lookedAt: NOW,
  nextAt: NOW + 3_600_000,
};

const gap: Gap = {
  key: 'id:a',
  source: 's',
  id: 'a',
  range: null,
  datestamp: '2026-03-01T05:00:00Z',
  reason: 'listed, but not stored',
  since: NOW,
  attempts: 0,
  state: 'open',
  lastAnswer: 'its day is listed again',
  nextAt: NOW,
};

function view(windows: readonly Window[], gaps: readonly Gap[]): AgendaView {
  return {
    source,
    windows: [tail, ...windows],
    gaps,
    now: NOW,
    today: '2026-03-10',
    startedAt: NOW - 1,
    looked: new Set(),
    avoided: new Map(),
  };
}

test.each(['OPEN', 'FETCHING'] as const)(
  'a missing record is not asked for while its day is %s and listed again for it',
  (state) => {
    expect(nextJob(view([window({ state })], [gap]))).toMatchObject({ type: 'look', window: { key: 'day' } });
  },
);

test.each(['SEALED', 'VERIFIED', 'GAP'] as const)(
  'what a day that was listed again left over is asked for alone, at once, when the day is %s',
  (state) => {
    expect(nextJob(view([window({ state, look: 2 })], [gap]))).toStrictEqual({ type: 'repair', gaps: [gap] });
  },
);

test('a record for which nothing was tried yet is asked for, whatever happens to its day', () => {
  const fresh = { ...gap, lastAnswer: null };
  expect(nextJob(view([window({ state: 'OPEN' })], [fresh]))).toMatchObject({ type: 'repair' });
});

test('a tail that was walked by a clock that has been set back since is walked again', () => {
  const ahead = { ...tail, lookedAt: NOW + 7_200_000 };
  const all = { ...view([], []), windows: [ahead] };
  expect(nextJob(all)).toMatchObject({ type: 'look', window: { key: 'tail' } });
  expect(nextJob({ ...all, looked: new Set(['tail']) })).toMatchObject({ type: 'wait', caughtUp: true });
});

test('days that a clock years ahead has dated are swept all the same; a small step back sweeps nothing', () => {
  const day = window({ state: 'VERIFIED', from: '2026-03-08', to: '2026-03-09' });
  const looked = (lookedAt: number) => nextJob(view([{ ...day, lookedAt }], []));
  expect(looked(NOW + 10 * 365 * 86_400_000)).toMatchObject({ type: 'sweep', window: { key: 'day' } });
  expect(looked(NOW + 7_200_000)).toMatchObject({ type: 'wait' });
  expect(looked(NOW - 21 * 3_600_000)).toMatchObject({ type: 'sweep' });
});

test('days whose last look came before their late records are swept once, however old they are', () => {
  const old = window({
    state: 'VERIFIED',
    from: '2025-12-01',
    to: '2025-12-02',
    lookedAt: NOW - 80 * 86_400_000,
  });
  const swept = (change: Partial<Window>) => nextJob(view([{ ...old, ...change }], [])).type === 'sweep';
  const [before, after] = [
    addDays('2025-12-02', source.overlapDays - 2),
    addDays('2025-12-02', source.overlapDays - 1),
  ];
  expect(swept({ serverDate: `${before}T23:00:00.000Z` })).toBe(true);
  expect(swept({ serverDate: `${after}T01:00:00.000Z` })).toBe(false);
  // Our own clock counts only where the server tells no date, and not where it was ahead.
  expect(swept({ serverDate: `${before}T23:00:00.000Z`, lookedAt: NOW - 30 * 86_400_000 })).toBe(true);
  expect(swept({ serverDate: null, lookedAt: NOW - 30 * 86_400_000 })).toBe(false);
  expect(swept({ serverDate: null, lookedAt: NOW + 30 * 86_400_000 })).toBe(true);
});

test('a window that failed lets others go first, and is tried again when there is nothing else to do', () => {
  const failed = { ...tail, nextAt: NOW - 1 };
  const avoided = new Map([['tail', NOW + 60_000]]);
  const other = window({ state: 'OPEN' });
  const both = { ...view([other], []), avoided };
  expect(nextJob({ ...both, windows: [failed, other] })).toMatchObject({ window: { key: 'day' } });
  expect(nextJob({ ...both, windows: [failed] })).toMatchObject({ type: 'look', window: { key: 'tail' } });
});

test('an audit under way goes behind the newest and behind repairs, and before the history', () => {
  const audit = { ready: true, underWay: true, due: false, nextAt: null };
  const history = window({ state: 'OPEN', lane: 'backfill' });
  const all = { ...view([history], []), audit };
  expect(nextJob(all)).toEqual({ type: 'audit' });
  expect(nextJob({ ...all, windows: [{ ...tail, nextAt: NOW }, history] })).toMatchObject({ lane: 'tail' });
  expect(nextJob({ ...all, gaps: [{ ...gap, lastAnswer: null }] })).toMatchObject({ type: 'repair' });
  const paused = { ...all, audit: { ready: false, underWay: false, due: false, nextAt: NOW + 1_000 } };
  expect(nextJob(paused)).toMatchObject({ type: 'look', window: { key: 'day' } });
});

test('an audit that is due begins when nothing is owed, and is waited for where it comes first', () => {
  const due = { ready: false, underWay: false, due: true, nextAt: null };
  expect(nextJob({ ...view([], []), audit: due })).toEqual({ type: 'audit' });
  expect(nextJob({ ...view([window({ state: 'OPEN' })], []), audit: due })).toMatchObject({ type: 'look' });
  const later = { ...gap, nextAt: NOW + 30_000, lastAnswer: null };
  expect(nextJob({ ...view([], [later]), audit: due })).toMatchObject({ type: 'wait', caughtUp: false });
  const soon = { ready: false, underWay: false, due: false, nextAt: NOW + 5_000 };
  expect(nextJob({ ...view([], []), audit: soon })).toMatchObject({ type: 'wait', until: NOW + 5_000 });
});

test('a source that is only audited repairs if wanted, and has ended when its audit has', () => {
  const audit = { ready: true, underWay: true, due: false, nextAt: null };
  const open = { ...gap, lastAnswer: null };
  const all = { ...view([window({ state: 'OPEN', lane: 'backfill' })], [open]), audit };
  expect(nextAuditJob({ ...all, repairs: true })).toMatchObject({ type: 'repair' });
  expect(nextAuditJob({ ...all, repairs: false })).toEqual({ type: 'audit' });
  const waiting = { ...audit, ready: false, nextAt: NOW + 9_000 };
  expect(nextAuditJob({ ...all, audit: waiting, repairs: false })).toMatchObject({
    until: NOW + 9_000,
    caughtUp: false,
  });
  expect(nextAuditJob({ ...view([], []), repairs: true })).toMatchObject({ type: 'wait', caughtUp: true });
});

test('an audit by itself has its turn while the windows that it found incomplete cannot be had', () => {
  const due = window({ state: 'GAP', nextAt: NOW - 1 });
  const audit = { ready: true, underWay: true, due: false, nextAt: null };
  const all = { ...view([due], []), repairs: true, audit };
  expect(nextAuditJob(all)).toMatchObject({ type: 'look', lane: 'repair' });
  const failing = { ...all, avoided: new Map([[due.key, NOW + 60_000]]) };
  expect(nextAuditJob(failing)).toEqual({ type: 'audit' });
  const rests = { ...audit, ready: false, nextAt: NOW + 9_000 };
  expect(nextAuditJob({ ...failing, audit: rests })).toMatchObject({ type: 'look', lane: 'repair' });
  const deadly = new Map([[due.key, Number.POSITIVE_INFINITY]]);
  expect(nextAuditJob({ ...all, audit: rests, avoided: deadly })).toMatchObject({ type: 'wait' });
});

test('a window whose page killed engines is not tried again for want of other work', () => {
  const avoided = new Map([['tail', Number.POSITIVE_INFINITY]]);
  const all = { ...view([], []), avoided, windows: [{ ...tail, nextAt: NOW - 1 }] };
  expect(nextJob(all)).toMatchObject({ type: 'wait' });
});
