import { describe, expect, it, test } from 'vitest';
import { awaitedReason } from '../../model/staleness.ts';
import { MINUTE, SECOND, START, Told } from './testing/told.ts';

const ten = Array.from({ length: 10 }, (_, index) => ({ id: `s${String(index)}`, service: 'one.example' }));
const three = ['a', 'b', 'c'].map((id) => ({ id, service: `${id}.example` }));
const two = three.slice(0, 2);

describe('an outage', () => {
  it('of ten sources of one service is one incident, from the first failure to the last recovery', () => {
    const told = new Told([...ten, { id: 'other', service: 'other.example' }]);
    told.commits(0, 'other');
    for (let round = 0; round < 5; round += 1)
      for (const [index, { id }] of ten.entries()) {
        told.fails(round * 10 * SECOND + index * 100, id, round + 1);
        told.commits(round * 10 * SECOND + index * 100 + 1, 'other');
      }
    expect(told.open).toEqual(['outage:one.example']);
    expect(told.all[0]).toMatchObject({ startedAt: START, sources: ten.map(({ id }) => id), count: 50 });
    for (const { id } of ten.slice(1)) told.commits(MINUTE, id);
    expect(told.open).toEqual(['outage:one.example']);
    told.commits(2 * MINUTE, 's0', 7);
    expect(told.open).toEqual([]);
    expect(told.all).toHaveLength(1);
    expect(told.all[0]).toMatchObject({ recoveredAt: START + 2 * MINUTE, nextAttemptAt: null });
    expect(told.all[0]?.actions.at(-1)?.what).toBe('tried 50 times until it was over');
  });

  it('that one retry mends within a minute is none', () => {
    const told = new Told(two);
    told.fails(0, 'a');
    told.ticks(SECOND, 30 * SECOND);
    told.commits(31 * SECOND, 'a');
    told.ticks(32 * SECOND, 2 * MINUTE);
    expect(told.all).toEqual([]);
  });

  it('keeps its error while an open circuit only says that it lasts', () => {
    const told = new Told(two);
    told.fails(0, 'a', 1);
    for (let round = 1; round < 5; round += 1)
      told.fails(round * 10 * SECOND, 'a', 0, 'circuit', 'ERR_CIRCUIT_OPEN');
    expect(told.all[0]?.summary).toBe('a.example: connect ECONNREFUSED');
  });

  it('without a second failure is one after a minute', () => {
    const told = new Told(two);
    told.fails(0, 'a', 1, 'circuit');
    told.ticks(SECOND, 61 * SECOND);
    expect(told.open).toEqual(['outage:a.example']);
  });

  it('counts as affected what its sources commit until they have caught up', () => {
    const told = new Told(two);
    told.fails(0, 'a', 1);
    told.fails(20 * SECOND, 'a', 2);
    told.commits(30 * SECOND, 'a', 5);
    told.commits(31 * SECOND, 'b', 100);
    told.commits(32 * SECOND, 'a', 3);
    told.event(33 * SECOND, { kind: 'state', source: 'a', state: 'ok', reason: '' });
    told.commits(34 * SECOND, 'a', 50);
    expect(told.all).toMatchObject([{ cause: 'outage', recordsAffected: 8 }]);
  });

  it('that turns into a throttle is told by the worse name, once', () => {
    const told = new Told(two);
    told.fails(0, 'a', 1);
    for (let round = 1; round < 20; round += 1) {
      told.event(round * 10 * SECOND, {
        kind: 'wait',
        source: 'a',
        wait: {
          why: 'cooldown',
          reason: 'blocked: HTTP 403',
          until: START + 3_600_000,
          attempt: 0,
          error: null,
        },
      });
      told.fails(round * 10 * SECOND + 1, 'a', 2);
    }
    expect(told.open).toEqual(['blocked:a.example']);
    expect(told.all).toHaveLength(1);
  });
});

describe('our own network', () => {
  it.each([
    ['all of two services', two],
    ['three services of many', [...three, ...['d', 'e'].map((id) => ({ id, service: id }))]],
  ])('is what fails when %s do within a minute and none answers', (_, sources) => {
    const told = new Told(sources);
    for (const [index, { id }] of sources.slice(0, 3).entries()) told.fails(index * 5 * SECOND, id, 1);
    for (const [index, { id }] of sources.slice(0, 3).entries()) told.fails(15 * SECOND + index, id, 2);
    told.ticks(16 * SECOND, MINUTE);
    expect(told.open).toEqual(['offline:machine']);
    told.commits(2 * MINUTE, 'a');
    expect(told.open).toEqual([]);
    // The one that goes on failing has an outage of its own.
    told.fails(2 * MINUTE + SECOND, 'b', 5);
    told.fails(2 * MINUTE + 20 * SECOND, 'b', 6);
    expect(told.open).toEqual(['outage:b.example']);
    expect(told.all).toHaveLength(2);
  });

  it.each([
    ['backoff', 'ERR_HTTP_500'],
    ['circuit', 'ERR_CIRCUIT_OPEN'],
  ] as const)('is not suspected when all services answer, though with errors, then %s', (why, code) => {
    const told = new Told(two);
    for (const { id } of two) told.fails(0, id, 1, 'backoff', 'ERR_HTTP_500');
    for (const { id } of two) told.fails(2 * SECOND, id, 2, why, code);
    told.ticks(3 * SECOND, 20 * SECOND);
    expect(told.open).toEqual(['outage:a.example', 'outage:b.example']);
  });

  it('is not suspected while some service answers', () => {
    const told = new Told(three);
    for (let round = 0; round < 6; round += 1) {
      told.fails(round * 5 * SECOND, 'a', round + 1);
      told.fails(round * 5 * SECOND + 1, 'b', round + 1);
      told.commits(round * 5 * SECOND + 2, 'c');
    }
    expect(told.open).toEqual(['outage:a.example', 'outage:b.example']);
  });

  it('that is down for a minute is one incident, over when it is back', () => {
    const told = new Told(two);
    const machine = { kind: 'machine', ms: null, message: 'no network' };
    told.event(0, { ...machine, change: 'network-down' });
    told.ticks(SECOND, 30 * SECOND);
    expect(told.all).toEqual([]);
    told.ticks(31 * SECOND, 61 * SECOND);
    expect(told.open).toEqual(['offline:machine']);
    told.event(2 * MINUTE, { ...machine, change: 'network-up' });
    expect(told.open).toEqual([]);
  });
});

describe('a sleep', () => {
  it('is over when it is known, and what the sources bring then counts', () => {
    const told = new Told(two);
    told.event(3_600_000, { kind: 'machine', change: 'woke', ms: 3_600_000, message: 'slept for 1h' });
    told.commits(3_601_000, 'a', 4);
    expect(told.all).toMatchObject([
      { cause: 'asleep', startedAt: START, recoveredAt: START + 3_600_000, recordsAffected: 4 },
    ]);
  });

  it('of a moment is none', () => {
    const told = new Told(two);
    told.event(5_000, { kind: 'machine', change: 'paused', ms: 5_000, message: '' });
    expect(told.all).toEqual([]);
  });
});

describe('what an engine finds open', () => {
  it('lasts until it is proved to be over', () => {
    const before = new Told(two);
    before.fails(0, 'a', 1);
    before.fails(20 * SECOND, 'a', 2);
    const told = new Told(two);
    told.turn(MINUTE, { type: 'loaded', incidents: before.all, setAside: new Set() });
    told.ticks(MINUTE, 2 * MINUTE);
    expect(told.open).toEqual(['outage:a.example']);
    told.fails(2 * MINUTE, 'a', 1);
    told.commits(3 * MINUTE, 'a');
    expect(told.open).toEqual([]);
    expect(told.all).toHaveLength(1);
  });

  it('of a network that was lost before this engine began is over with the first answer', () => {
    const before = new Told(two);
    before.event(0, { kind: 'machine', change: 'network-down', ms: null, message: 'no network' });
    before.ticks(SECOND, 2 * MINUTE);
    expect(before.open).toEqual(['offline:machine']);
    const told = new Told(two);
    told.turn(3 * MINUTE, { type: 'loaded', incidents: before.all, setAside: new Set() });
    told.ticks(3 * MINUTE, 4 * MINUTE);
    expect(told.open).toEqual(['offline:machine']);
    told.commits(5 * MINUTE, 'a');
    expect(told.open).toEqual([]);
  });

  it('is over when its source is no longer configured', () => {
    const before = new Told(two);
    before.fails(0, 'a', 1);
    before.fails(20 * SECOND, 'a', 2);
    expect(before.open).toEqual(['outage:a.example']);
    const told = new Told([{ id: 'b', service: 'b.example' }]);
    told.turn(3 * MINUTE, { type: 'loaded', incidents: before.all, setAside: new Set() });
    expect(told.open).toEqual([]);
  });

  it('of gaps and quarantined records lasts without its source, until the store counts none', () => {
    const before = new Told(two);
    const some = new Map([['a', 3]]);
    before.turn(0, { type: 'counted', gaps: some, quarantined: some });
    before.ticks(0, 2 * MINUTE);
    const told = new Told([{ id: 'b', service: 'b.example' }]);
    told.turn(3 * MINUTE, { type: 'loaded', incidents: before.all, setAside: new Set() });
    told.turn(4 * MINUTE, { type: 'counted', gaps: some, quarantined: some });
    expect(told.open).toEqual(['quarantine:a', 'gap:a']);
    expect(told.all).toHaveLength(2);
    told.turn(5 * MINUTE, { type: 'counted', gaps: new Map(), quarantined: new Map() });
    expect(told.open).toEqual([]);
  });
});

test('gaps and quarantined records last as long as the store counts any', () => {
  const told = new Told(two);
  const counted = (at: number, gaps: number, quarantined: number): void =>
    told.turn(at, {
      type: 'counted',
      gaps: new Map([['a', gaps]]),
      quarantined: new Map([['b', quarantined]]),
    });
  counted(0, 2, 1);
  counted(2 * MINUTE, 1, 1);
  expect(told.open).toEqual(['quarantine:b', 'gap:a']);
  counted(3 * MINUTE, 0, 1);
  expect(told.open).toEqual(['quarantine:b']);
});

test('a paused source has no outage; a login page of a network is told at once', () => {
  const told = new Told(two);
  told.fails(0, 'a', 1, 'backoff', 'ERR_CAPTIVE_PORTAL');
  expect(told.open).toEqual(['captive-portal:machine']);
  told.event(SECOND, { kind: 'state', source: 'a', state: 'paused', reason: '' });
  expect(told.open).toEqual([]);
});

test('a page that is set aside is an incident until it is read or given up', () => {
  const told = new Told(two);
  const fate = { kind: 'set-aside', source: 'a', window: 'a/list/1', deaths: 3 };
  told.event(0, { ...fate, state: 'set-aside' });
  told.event(SECOND, { ...fate, state: 'tried-alone' });
  expect(told.open).toEqual(['set-aside:a']);
  told.event(2 * SECOND, { ...fate, deaths: 4, state: 'given-up' });
  expect(told.open).toEqual([]);
  expect(told.all[0]?.actions).toHaveLength(4);
});

test('a day that is due and not late yet is no incident, and ends that of the day before', () => {
  const told = new Told(two);
  const awaited = {
    kind: 'state',
    source: 'a',
    state: 'stale',
    reason: awaitedReason('2026-05-19', '2026-05-18'),
  };
  told.event(0, awaited);
  expect(told.open).toEqual([]);
  told.event(SECOND, { ...awaited, reason: 'nothing newer than 2026-05-18' });
  expect(told.open).toEqual(['stale:a']);
  told.event(2 * SECOND, { ...awaited, reason: awaitedReason('2026-05-20', '2026-05-19') });
  expect(told.open).toEqual([]);
});

test('damage of the store lasts, whatever is committed, until a check says that it is over', () => {
  const told = new Told(two);
  told.turn(0, { type: 'integrity', summary: 'paper a/1 is not what was written' });
  told.commits(SECOND, 'a');
  told.turn(2 * SECOND, { type: 'integrity', summary: 'paper a/1 is not what was written, and 1 more' });
  expect(told.open).toEqual(['integrity:store']);
  expect(told.all).toHaveLength(1);
  told.turn(3 * SECOND, { type: 'integrity', summary: null });
  expect(told.open).toEqual([]);
});

test('a late source and a disk that fills up last until they are told to be well', () => {
  const told = new Told(two);
  told.event(0, { kind: 'state', source: 'a', state: 'stale', reason: 'nothing newer' });
  told.turn(0, { type: 'forecast', summary: 'room for 3 more days' });
  expect(told.open).toEqual(['stale:a', 'disk-forecast:store']);
  told.commits(SECOND, 'a');
  expect(told.open).toEqual(['stale:a', 'disk-forecast:store']);
  told.event(2 * SECOND, { kind: 'state', source: 'a', state: 'ok', reason: '' });
  told.turn(3 * SECOND, { type: 'forecast', summary: null });
  expect(told.open).toEqual([]);
});
