import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AuditRun } from '../../model/audit.ts';
import { addDays, daysBetween } from '../../model/day.ts';
import { recordGapKey, type Gap } from '../../model/gap.ts';
import { SWEPT, windowKey, type Window, type WindowState } from '../../model/window.ts';
import { auditDays, completeUntil } from './audit-days.ts';
import { coverageOf, shareOf, spansOf } from './coverage.ts';
import type { SourceFacts } from './facts.ts';

const FIRST = '2026-11-01';
const LOOKED = Date.UTC(2026, 10, 20);

function window(from: string, to: string | null, change: Partial<Window> = {}): Window {
  const stream = change.stream ?? 'list';
  return {
    key: windowKey('a', stream, { from, to }),
    source: 'a',
    stream,
    from,
    to,
    lane: to === null ? 'tail' : 'backfill',
    state: to === null ? 'OPEN' : 'VERIFIED',
    look: 3,
    cursor: '',
    nextAt: null,
    attempts: 0,
    reason: '',
    serverDate: null,
    lookedAt: to === null ? null : LOOKED,
    records: 0,
    pages: 0,
    ...change,
  };
}

function gap(change: Partial<Gap>): Gap {
  return {
    key: recordGapKey(change.id ?? 'x'),
    source: 'a',
    id: 'x',
    range: null,
    datestamp: '2026-11-03',
    reason: 'listed',
    since: LOOKED,
    attempts: 1,
    state: 'open',
    lastAnswer: null,
    nextAt: null,
    ...change,
  };
}

function audit(change: Partial<AuditRun> = {}): AuditRun {
  return {
    id: '1',
    source: 'a',
    state: 'ended',
    range: { from: FIRST, to: '2026-11-11' },
    methods: ['identifiers'],
    startedAt: LOOKED,
    endedAt: LOOKED + 1,
    requests: 3,
    budget: 200,
    listed: 10,
    missing: 0,
    probed: 0,
    absent: 0,
    sample: null,
    note: '',
    progress: null,
    ...change,
  };
}

function facts(change: Partial<SourceFacts> = {}): SourceFacts {
  return {
    source: 'a',
    kind: 'arxiv',
    from: FIRST,
    upstreamDay: '2026-11-12',
    windows: [window(FIRST, '2026-11-11'), window('2026-11-11', null)],
    gaps: [],
    audits: [],
    records: new Map(),
    quarantined: new Map(),
    ...change,
  };
}

function verdicts(given: SourceFacts): string {
  return auditDays(given)
    .map(({ verdict, due }) => (verdict === 'pending' && !due ? '-' : verdict.charAt(0)))
    .join('');
}

describe('the days of a source', () => {
  it('are complete by a second look, and the last ones are not over', () => {
    const days = auditDays(facts({ records: new Map([['2026-11-02', 7]]) }));
    expect(verdicts(facts())).toBe('cccccccccc--');
    expect(days[1]).toEqual({
      source: 'a',
      day: '2026-11-02',
      verdict: 'complete',
      reason: 'A second look found nothing missing.',
      records: 7,
      gaps: 0,
      by: 'second-look',
      at: LOOKED,
      due: true,
    });
    expect(completeUntil(facts())).toBe('2026-11-11');
  });

  it('say by which audit they were confirmed, and what a sample cannot confirm', () => {
    const confirmed = auditDays(facts({ audits: [audit()] }))[0];
    expect(confirmed).toMatchObject({ verdict: 'complete', by: 'identifiers', at: LOOKED + 1 });
    for (const change of [{ methods: ['sample'] }, { state: 'paused', endedAt: null }] as const)
      expect(auditDays(facts({ audits: [audit(change)] }))[0]).toMatchObject({ by: 'second-look' });
  });

  it('are confirmed by no audit that could not ask about them, while those around them are', () => {
    const unproved = [{ from: '2026-11-02', to: '2026-11-04' }];
    const days = auditDays(facts({ audits: [audit({ unproved })] }));
    const byOf = (wanted: string) => days.find(({ day }) => day === wanted)?.by;
    expect(['2026-11-01', '2026-11-02', '2026-11-03', '2026-11-04'].map(byOf)).toEqual([
      'identifiers',
      'second-look',
      'second-look',
      'identifiers',
    ]);
  });

  it('stay complete while a verified window is swept, and not while a first second look is due', () => {
    const sealed = (reason: string) => [window(FIRST, '2026-11-11', { state: 'SEALED', reason })];
    expect(completeUntil(facts({ windows: sealed(SWEPT) }))).toBe('2026-11-11');
    expect(completeUntil(facts({ windows: sealed('end proved') }))).toBeNull();
  });

  it('need both streams of bioRxiv', () => {
    const windows = [window(FIRST, '2026-11-11', { stream: 'details' })];
    const half = facts({ kind: 'biorxiv', windows });
    expect(verdicts(half)).toBe('pppppppppp');
    expect(auditDays(half)[0]?.reason).toBe('Pubs: no window covers it yet.');
    const both = [...windows, window(FIRST, '2026-11-05', { stream: 'pubs' })];
    expect(verdicts(facts({ kind: 'biorxiv', windows: both }))).toBe('ccccpppppp');
  });

  it('are a gap on the day of a missing record, and only listed once it is confirmed absent', () => {
    const open = facts({ gaps: [gap({}), gap({ id: 'y', key: 'id:y' })] });
    expect(verdicts(open)).toBe('ccgccccccc--');
    expect(auditDays(open)[2]).toMatchObject({ gaps: 2, reason: '2 listed records are missing here.' });
    expect(completeUntil(open)).toBe('2026-11-03');
    const absent = facts({ gaps: [gap({ state: 'confirmed-absent' })] });
    expect(verdicts(absent)).toBe('cccccccccc--');
    expect(auditDays(absent)[2]).toMatchObject({
      gaps: 1,
      reason: 'A second look found nothing missing; 1 gap that the upstream itself denies.',
    });
  });

  it('leave no missing record out, wherever its stamp lies', () => {
    expect(verdicts(facts({ gaps: [gap({ datestamp: null })] }))).toBe('gccccccccc--');
    expect(verdicts(facts({ gaps: [gap({ datestamp: '1999-01-01' })] }))).toBe('gccccccccc--');
    expect(verdicts(facts({ gaps: [gap({ datestamp: '2099-01-01' })] }))).toBe('cccccccccc-g');
  });

  it('of a tail that nobody walked for a week are owed', () => {
    expect(verdicts(facts({ upstreamDay: '2026-11-20' }))).toBe('ccccccccccppppppp---');
  });

  it('end with the last window where the source was given an end', () => {
    const given = facts({ windows: [window(FIRST, '2026-11-11')] });
    expect(verdicts(given)).toBe('cccccccccc');
    expect(completeUntil(given)).toBe('2026-11-11');
  });

  it('are none before the first plan', () => {
    const empty = facts({ from: null, windows: [], upstreamDay: null });
    expect(auditDays(empty)).toEqual([]);
    expect(completeUntil(empty)).toBeNull();
  });
});

describe('coverage', () => {
  it('is counted in days and never rounded up', () => {
    const days = auditDays(facts({ gaps: [gap({})] }));
    expect(coverageOf(days)).toEqual({
      days: 12,
      complete: 9,
      pending: 2,
      gap: 1,
      young: 2,
      oldestOpen: '2026-11-03',
    });
    expect(shareOf({ complete: 99_999, days: 100_002, young: 2 })).toBe('99.99 %');
    expect(shareOf({ complete: 3, days: 5, young: 2 })).toBe('100 %');
    expect(spansOf(days).map(({ from, last, verdict }) => [from, last, verdict])).toEqual([
      ['2026-11-01', '2026-11-02', 'complete'],
      ['2026-11-03', '2026-11-03', 'gap'],
      ['2026-11-04', '2026-11-10', 'complete'],
      ['2026-11-11', '2026-11-12', 'pending'],
    ]);
  });
});

const STATES: readonly WindowState[] = ['OPEN', 'FETCHING', 'SEALED', 'VERIFIED', 'GAP'];
const someDay = fc.integer({ min: 0, max: 60 }).map((days) => addDays('2026-10-01', days));
const someWindow = fc
  .record({
    from: someDay,
    length: fc.option(fc.integer({ min: 1, max: 20 }), { nil: null, freq: 5 }),
    state: fc.constantFrom(...STATES),
    stream: fc.constantFrom('details', 'pubs'),
    reason: fc.constantFrom('', SWEPT, 'end proved'),
  })
  .map(({ from, length, ...change }) => window(from, length === null ? null : addDays(from, length), change));
const someGap = fc
  .record({
    id: fc.string(),
    datestamp: fc.option(someDay, { nil: null }),
    state: fc.constantFrom('open' as const, 'confirmed-absent' as const),
    ranged: fc.boolean(),
  })
  .map(({ ranged, datestamp, ...change }) =>
    ranged && datestamp !== null
      ? gap({ ...change, id: null, range: { stream: 'pubs', from: datestamp, to: addDays(datestamp, 3) } })
      : gap({ ...change, datestamp }),
  );
const someFacts = fc
  .record({
    kind: fc.constantFrom('arxiv', 'biorxiv', 'other'),
    from: fc.option(someDay, { nil: null }),
    upstreamDay: fc.option(someDay, { nil: null }),
    windows: fc.array(someWindow, { maxLength: 8 }),
    gaps: fc.array(someGap, { maxLength: 4 }),
    audits: fc.constantFrom([], [audit({ range: { from: '2026-10-01', to: '2027-01-01' } })]),
  })
  .map((given) => facts(given));

describe('of any harvest', () => {
  it('every day of the scope is there exactly once', () => {
    fc.assert(
      fc.property(someFacts, (given) => {
        const days = auditDays(given).map(({ day }) => day);
        const [first] = days;
        const begins = [given.from, ...given.windows.map(({ from }) => from)].filter((day) => day !== null);
        expect(first).toBe(begins.toSorted()[0]);
        for (const [place, day] of days.entries()) expect(daysBetween(first ?? '', day)).toBe(place);
      }),
    );
  });

  it('no day is complete with an open gap, or with a window that is not sealed, or in a gap', () => {
    fc.assert(
      fc.property(someFacts, (given) => {
        const days = auditDays(given);
        const open = given.gaps.filter(({ state }) => state === 'open');
        if (days.length > 0 && open.length > 0)
          expect(days.filter(({ verdict }) => verdict === 'gap').length).toBeGreaterThan(0);
        for (const { day, verdict, reason } of days) {
          expect(reason).toMatch(/^[A-Z0-9].*\.$/s);
          if (verdict !== 'complete') continue;
          const covering = given.windows.filter(({ from, to }) => from <= day && (to === null || day < to));
          expect(covering.length).toBeGreaterThan(0);
          for (const { state, reason: why } of covering)
            expect(state === 'VERIFIED' || (state === 'SEALED' && why === SWEPT)).toBe(true);
          expect(open.filter(({ datestamp, range }) => range === null && datestamp === day)).toEqual([]);
        }
      }),
    );
  });

  it('everything before the first day that is not complete is complete', () => {
    fc.assert(
      fc.property(someFacts, (given) => {
        const days = auditDays(given);
        const until = completeUntil(given);
        const broken = days.find(({ verdict }) => verdict !== 'complete');
        if (until === null) expect(broken?.day).toBe(days[0]?.day);
        else expect(broken === undefined || broken.day === until).toBe(true);
      }),
    );
  });
});
