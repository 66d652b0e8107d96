import { describe, expect, test } from 'vitest';
import { compare, countsOf, verdictOf, type StoredLine } from '../drill/checker/compare.ts';
import { detectAfter, eventsOf, recoverAfter } from '../drill/checker/events.ts';
import {
  acknowledgedKept,
  cursorNotBeyond,
  honest,
  unasked,
  oneIncident,
  polite,
  type IncidentLine,
} from '../drill/checker/invariants.ts';
import { Ledger } from '../drill/upstream/ledger.ts';

type Lines = ConstructorParameters<typeof Ledger>[0];

const day = (number: number): string => `2026-01-0${String(number)}T12:00:00Z`;
const TRUTH = {
  type: 'truth',
  records: [
    { id: 'a', datestamp: day(1) },
    { id: 'b', datestamp: day(2) },
    { id: 'c', datestamp: day(3), deleted: true },
  ],
} as const;
const VERSIONS = {
  type: 'truth',
  records: [
    { id: '10.1/x', version: '1', datestamp: day(1) },
    { id: '10.1/x', version: '2', datestamp: day(2) },
  ],
} as const;

function request(n: number, at: number, more = {}): Lines[number] {
  return { type: 'request', n, at, url: '/oai', verb: 'ListRecords', params: {}, ...more };
}

function response(n: number, at: number, more = {}): Lines[number] {
  return { type: 'response', n, at, status: 200, ...more };
}

function stored(ids: readonly string[], version: string | null = null): readonly StoredLine[] {
  return ids.map((id, index) => ({
    seq: index + 1,
    source: 's1',
    id,
    version,
    deleted: id === 'c',
    hash: `hash of ${id}`,
  }));
}

describe('a comparison of a store with what was published', () => {
  const ledger = new Ledger([TRUTH]);
  const all = stored(['a', 'b', 'c']);

  test('is valid when everything is there once', () => {
    const comparison = compare(ledger, all);
    expect(comparison).toMatchObject({ attempted: 3, lost: [], duplicated: [], unexpected: [] });
    expect(verdictOf(comparison)).toBe('valid');
  });

  test.each([
    ['lost', ['a', 'c'], { lost: ['b'] }],
    ['duplicated', ['a', 'b', 'b', 'c'], { duplicated: ['b'] }],
    ['unexpected', ['a', 'b', 'c', 'x'], { unexpected: ['x'] }],
  ])('names what is %s', (word, ids, wanted) => {
    const comparison = compare(ledger, stored(ids));
    const none = { lost: [], duplicated: [], unexpected: [] };
    expect(comparison).toMatchObject({ ...none, ...wanted });
    expect(countsOf([comparison, comparison])).toStrictEqual({
      lost: 0,
      duplicated: 0,
      unexpected: 0,
      [word]: 2,
    });
    expect(verdictOf(comparison)).toBe('invalid');
  });

  test('the same number of `seq` twice is a duplicate, and one record of two sources is none', () => {
    const [a, b, c] = all;
    const twice = [a, { ...b, seq: 1 }, c].flatMap((line) => (line?.id === undefined ? [] : [line]));
    expect(compare(ledger, twice as readonly StoredLine[]).duplicated).toStrictEqual(['seq 1']);
    const other = all.map((line, index) => ({ ...line, seq: 10 + index, source: 's2' }));
    expect(compare(ledger, [...all, ...other]).duplicated).toStrictEqual([]);
  });

  test('what is quarantined or in a gap is visible and not lost, a range with its half-open days', () => {
    const rest = stored(['a', 'c']);
    expect(compare(ledger, rest, { quarantine: [{ id: 'b' }] })).toMatchObject({
      lost: [],
      quarantined: ['b'],
    });
    expect(compare(ledger, rest, { gaps: [{ id: 'b' }] })).toMatchObject({ lost: [], inGaps: ['b'] });
    const range = (from: number, to: string): { range: string } => ({
      range: `list/2026-01-0${String(from)}..${to}`,
    });
    const lostBy = (gap: { range: string }): number => compare(ledger, rest, { gaps: [gap] }).lost.length;
    expect(
      [range(2, '2026-01-03'), range(2, ''), range(1, '2026-01-02'), range(3, '')].map(lostBy),
    ).toStrictEqual([0, 0, 1, 1]);
  });

  test('what came although its answer broke is recovered', () => {
    const broken = new Ledger([
      TRUTH,
      request(1, 1),
      response(1, 2, { served: ['a', 'b'], aborted: true }),
      request(2, 3),
      response(2, 4, { served: ['a', 'b'] }),
    ]);
    expect(compare(broken, stored(['a', 'c'])).recovered).toStrictEqual(['a']);
    expect(compare(ledger, all).recovered).toStrictEqual([]);
  });

  test('a deleted record that is alive, and another hash than in an undisturbed harvest, are unexpected', () => {
    const alive = all.map((line) => ({ ...line, deleted: false }));
    expect(compare(ledger, alive).unexpected).toStrictEqual(['c']);
    const other = all.map((line) => (line.id === 'b' ? { ...line, hash: 'other' } : line));
    expect(compare(ledger, other, { undisturbed: all }).unexpected).toStrictEqual(['b']);
  });

  test('versions: the latest is owed, or with all versions each, and one that never was is unexpected', () => {
    const two = new Ledger([VERSIONS]);
    const [first, second, third] = ['1', '2', '3'].map((version) => stored(['10.1/x'], version));
    if (first === undefined || second === undefined || third === undefined) throw new Error('three');
    const both = [...first, ...second].map((line, index) => ({ ...line, seq: index }));
    expect(compare(two, second).lost).toStrictEqual([]);
    expect(compare(two, first)).toMatchObject({ lost: ['10.1/x'], unexpected: [] });
    expect(compare(two, second, { allVersions: true }).lost).toStrictEqual(['10.1/xv1']);
    expect(compare(two, both, { allVersions: true })).toMatchObject({ lost: [], duplicated: [] });
    expect(compare(two, both).duplicated).toStrictEqual(['10.1/x']);
    expect(compare(two, third).unexpected).toStrictEqual(['10.1/xv3']);
    // Its version is not known yet.
    expect(compare(two, stored(['10.1/x']))).toMatchObject({ lost: [], unexpected: [] });
  });

  test('with nothing published the verdict is unknown, and what is stored all the same is unexpected', () => {
    const nothing = new Ledger([]);
    expect(verdictOf(compare(nothing, []))).toBe('unknown');
    expect(verdictOf(compare(nothing, stored(['a'])))).toBe('invalid');
  });

  test('what an upstream kept to itself, and what is still to come, is not lost where the caller says so', () => {
    const served = new Ledger([TRUTH, request(1, 1), response(1, 2, { served: ['a'] })]);
    expect(compare(served, [], { withholds: true })).toMatchObject({ lost: ['a'], withheld: ['b', 'c'] });
    expect(compare(served, [], { owed: true }).lost).toStrictEqual([]);
  });
});

describe('the moments of a fault', () => {
  const state = (at: number, word: string) => ({ kind: 'state', at, source: 's1', state: word });
  const wait = (at: number, why: string) => ({
    kind: 'wait',
    at,
    source: 's1',
    wait: { why, reason: '', until: null, attempt: 1, error: null },
  });
  const lines = [
    { kind: 'ready', at: 1 },
    wait(5, 'backoff'),
    wait(11, 'interval'),
    wait(12, 'poll'),
    { kind: 'commit', at: 13, source: 's1', inserted: 3, updated: 0 },
    wait(15, 'backoff'),
    state(16, 'waiting'),
    { kind: 'commit', at: 21, source: 's1', inserted: 0, updated: 0 },
    state(22, 'catching-up'),
    state(25, 'ok'),
    { kind: 'commit', at: 30, source: 's1', inserted: 1, updated: 0 },
  ];
  const events = eventsOf(`${lines.map((line) => JSON.stringify(line)).join('\n')}\nno event\n{"kind":"cu`);

  test('events are the whole lines that are events', () => {
    expect(events).toStrictEqual(lines);
  });

  test('it is detected by the first word of trouble and recovered by a commit or a poll that was verified', () => {
    expect(detectAfter(events, 10)).toBe(5);
    expect(detectAfter(events, 17)).toBeNull();
    expect(recoverAfter(events, 20)).toBe(5);
    expect(recoverAfter(events, 26)).toBe(4);
    expect(recoverAfter(events, 31)).toBeNull();
    expect(recoverAfter(events, 20, 'other')).toBeNull();
  });
});

describe('the other invariants', () => {
  test('I4: an acknowledged record that is gone, or there in an older version only, is found', () => {
    expect(acknowledgedKept(stored(['a']), stored(['a', 'b'])).ok).toBe(true);
    expect(acknowledgedKept(stored(['a']), stored(['a'], '2')).ok).toBe(true);
    expect(acknowledgedKept(stored(['a', 'b']), stored(['a'])).seen).toBe('1 of 2 gone: b');
    expect(acknowledgedKept(stored(['a'], '2'), stored(['a'], '1')).ok).toBe(false);
  });

  test('I5: what lies before the day that is told as complete must be there or visible', () => {
    const shown = { papers: stored(['b']), gaps: [], quarantine: [] };
    const ledger = new Ledger([TRUTH]);
    expect(cursorNotBeyond(ledger, null, shown).ok).toBe(true);
    expect(cursorNotBeyond(ledger, '2026-01-01', shown).ok).toBe(true);
    expect(cursorNotBeyond(ledger, '2026-01-02', shown)).toMatchObject({ ok: false, invariant: 'I5' });
    const elsewhere = [{ range: 'list/2026-01-05..' }];
    expect(cursorNotBeyond(ledger, '2026-01-02', { ...shown, gaps: elsewhere }).ok).toBe(false);
    expect(cursorNotBeyond(ledger, '2026-01-02', { ...shown, gaps: [{ id: 'a' }] }).ok).toBe(true);
  });

  const incident: IncidentLine = {
    cause: 'outage',
    scope: 'localhost',
    state: 'recovered',
    summary: 'down',
    startedAt: day(1),
    detectedAt: day(1),
    recoveredAt: day(2),
  };

  test('I7: none, two, or one that lasts, are not exactly one that is over', () => {
    expect(oneIncident([incident], ['outage']).ok).toBe(true);
    expect(oneIncident([], ['outage']).ok).toBe(false);
    expect(oneIncident([incident, incident], ['outage']).ok).toBe(false);
    expect(oneIncident([{ ...incident, recoveredAt: null }], ['outage']).ok).toBe(false);
    expect(oneIncident([{ ...incident, cause: 'gap' }], ['outage']).ok).toBe(false);
  });

  test('I8: two requests at once, a burst, and too many in an outage, are found', () => {
    const failed = (lines: Lines, budget = { from: 0, to: 100, most: 2 }): readonly string[] =>
      polite(new Ledger(lines), { minIntervalMs: 20, budget })
        .filter(({ ok }) => !ok)
        .map(({ what }) => what);
    const calm = [request(1, 0), response(1, 10), request(2, 30), response(2, 40)];
    expect(failed(calm)).toStrictEqual([]);
    const burst = Array.from({ length: 12 }, (_, index) => request(index + 3, 50 + index * 2));
    expect(failed([...calm, ...burst], { from: 0, to: 100, most: 14 })).toStrictEqual([
      'on no stretch more than one request in 20 ms',
    ]);
    expect(failed([...calm, request(3, 60, { concurrent: 2 })])).toStrictEqual([
      'one request at a time',
      'at most 2 requests in 0.1 s',
    ]);
  });

  test('I10: a green sample beyond the bound is a lie, and without samples nothing is proved', () => {
    const sample = (at: number, word: string) => ({ askedAt: at, at, state: word, reason: '' });
    const span = { from: 0, to: 100, boundMs: 20 };
    expect(honest([sample(10, 'ok'), sample(30, 'waiting'), sample(100, 'ok')], span).ok).toBe(true);
    expect(honest([sample(30, 'waiting'), sample(40, 'ok')], span).ok).toBe(false);
    expect(unasked([sample(30, 'waiting')], span)).toEqual([]);
    expect(unasked([sample(10, 'waiting')], span)).toHaveLength(1);
  });
});
