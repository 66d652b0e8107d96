import { auditDays, completeUntil, coverageOf, type SourceFacts } from '../../../audit/report/index.ts';
import type { AuditRun } from '../../../model/audit.ts';
import { addDays, weekdayOf } from '../../../model/day.ts';
import { rangeGapKey, recordGapKey, type Gap } from '../../../model/gap.ts';
import { windowKey, type Window } from '../../../model/window.ts';
import type { SourceReport } from '../source-report.ts';

/** The upstream's day of all examples. */
export const TODAY = '2026-11-22';
const NOW = Date.UTC(2026, 10, 22, 2);

/** A window of the example source. */
export function exampleWindow(from: string, to: string | null, change: Partial<Window> = {}): Window {
  const stream = change.stream ?? 'list';
  return {
    key: windowKey('arxiv', stream, { from, to }),
    source: 'arxiv',
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
    serverDate: `${TODAY}T01:00:00Z`,
    lookedAt: to === null ? null : NOW - 3_600_000,
    records: 0,
    pages: 0,
    ...change,
  };
}

/** A gap of the example source: of a record, unless a range is given. */
export function exampleGap(id: string | null, change: Partial<Gap> = {}): Gap {
  const range = change.range ?? null;
  return {
    key: range === null ? recordGapKey(id ?? '') : rangeGapKey(range.stream, range),
    source: 'arxiv',
    id,
    range,
    datestamp: '2026-11-03',
    reason: 'an audit listed it; it is not here',
    since: NOW - 7_200_000,
    attempts: 1,
    state: 'open',
    lastAnswer: null,
    nextAt: null,
    ...change,
  };
}

/** An audit of the example source that has ended. */
export function exampleRun(change: Partial<AuditRun> = {}): AuditRun {
  return {
    id: 'run-1',
    source: 'arxiv',
    state: 'ended',
    range: { from: '2005-09-16', to: '2026-11-20' },
    methods: ['identifiers', 'density', 'sample'],
    startedAt: NOW - 86_400_000,
    endedAt: NOW - 80_000_000,
    requests: 187,
    budget: 200,
    listed: 3_012_440,
    missing: 11,
    probed: 42,
    absent: 39,
    sample: { population: 240, chosen: 12, failed: 0, confidence: 0.95, atMost: 0.2209 },
    note: 'everything was asked; what was missing is being fetched',
    progress: null,
    ...change,
  };
}

/** The report of what is known. */
export function reportOf(change: Partial<SourceFacts> = {}): SourceReport {
  const facts: SourceFacts = {
    source: 'arxiv',
    kind: 'arxiv',
    from: '2026-10-23',
    upstreamDay: TODAY,
    windows: [exampleWindow('2026-10-23', '2026-11-21'), exampleWindow('2026-11-21', null)],
    gaps: [],
    audits: [],
    records: new Map(),
    quarantined: new Map(),
    ...change,
  };
  const days = auditDays(facts);
  const until = completeUntil(facts);
  return { id: facts.source, facts, days, coverage: coverageOf(days), until, intervalMs: 3_000 };
}

/** Twenty-one years of arXiv with everything that can be met in them. */
export function longReport(change: Partial<SourceFacts> = {}): SourceReport {
  const records = new Map<string, number>();
  for (let day = '2005-09-16'; day <= TODAY; day = addDays(day, 1))
    if (![0, 6].includes(weekdayOf(day))) records.set(day, 550);
  return reportOf({
    from: '2005-09-16',
    windows: [
      exampleWindow('2005-09-16', '2006-02-01', { state: 'OPEN' }),
      exampleWindow('2006-02-01', '2011-03-01'),
      exampleWindow('2011-03-01', '2011-03-31', { state: 'SEALED', reason: 'end proved' }),
      exampleWindow('2011-03-31', '2019-06-01'),
      exampleWindow('2019-06-01', '2019-06-02', {
        state: 'GAP',
        attempts: 4,
        reason: 'HTTP 500 for this day again and again',
      }),
      exampleWindow('2019-06-02', '2026-11-21'),
      exampleWindow('2026-11-21', null),
    ],
    gaps: [
      exampleGap('2611.00412'),
      exampleGap('2611.00413', { state: 'confirmed-absent', attempts: 3 }),
      exampleGap('math/0501001', { datestamp: '2015-05-13' }),
      exampleGap(null, { range: { stream: 'list', from: '2019-06-01', to: '2019-06-02' }, attempts: 4 }),
    ],
    audits: [exampleRun(), exampleRun({ id: 'run-0', state: 'paused', endedAt: null, sample: null })],
    records,
    ...change,
  });
}
