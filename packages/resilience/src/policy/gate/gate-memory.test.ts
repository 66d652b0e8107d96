import { describe, expect, test } from 'vitest';
import { VirtualClock } from '../../clock/index.ts';
import { GateMemory } from './gate-memory.ts';
import { EMPTY_GATE } from './gate-record.ts';
import type { Hold } from './gate-record.ts';

const HOUR = 3_600_000;

/** A memory, and a hold of 10 s that begins now; without a boot time, as earlier versions noted it. */
function setup() {
  const clock = new VirtualClock();
  const memory = new GateMemory(clock);
  const holdOf = (lengthMs: number, id = 'h'): Hold => ({
    id,
    until: clock.now() + lengthMs,
    lengthMs,
    reason: '503',
  });
  return { clock, memory, holdOf };
}

describe('what is left of a hold', () => {
  test('a hold that was set here goes by the monotonic clock, one that was found by the wall clock', async () => {
    const { clock, memory, holdOf } = setup();
    const [set, found] = [holdOf(10_000, 'set'), holdOf(10_000, 'found')];
    memory.setHold(set);
    clock.stepWall(4_000);
    expect(memory.holdLeft(set)).toBe(10_000);
    expect(memory.holdLeft(found)).toBe(6_000);
    // From now on both are known.
    clock.stepWall(4_000);
    await clock.advance(1_000);
    expect([memory.holdLeft(set), memory.holdLeft(found)]).toEqual([9_000, 5_000]);
    await clock.advance(HOUR);
    expect([memory.holdLeft(set), memory.holdLeft(found)]).toEqual([0, 0]);
  });

  test('one that is over when it is found has nothing left', async () => {
    const { clock, memory, holdOf } = setup();
    const over = holdOf(10_000);
    await clock.advance(HOUR);
    expect(memory.holdLeft(over)).toBe(0);
  });

  test('of sixteen holds none is forgotten, of more the one that was not asked for the longest', () => {
    const { clock, memory, holdOf } = setup();
    const holds = Array.from({ length: 16 }, (_, index) => holdOf(10_000, `h${index}`));
    for (const hold of holds) memory.setHold(hold);
    const [first, second, third] = holds;
    if (first === undefined || second === undefined || third === undefined) throw new Error('no holds');
    memory.holdLeft(first);
    memory.setHold(holdOf(10_000, 'one more'));
    clock.stepWall(9_000);
    expect([memory.holdLeft(first), memory.holdLeft(third)]).toEqual([10_000, 10_000]);
    expect(memory.holdLeft(second)).toBe(1_000);
  });
});

describe('what has to be waited for', () => {
  test('the last millisecond of a hold counts, of either kind', () => {
    const { memory, holdOf } = setup();
    const [cooldown, retryAfter] = [holdOf(1, 'c'), holdOf(1, 'r')];
    expect(memory.longestHold({ ...EMPTY_GATE, cooldown })).toEqual({
      kind: 'cooldown',
      hold: cooldown,
      ms: 1,
    });
    expect(memory.longestHold({ ...EMPTY_GATE, retryAfter })).toMatchObject({ kind: 'retry-after', ms: 1 });
    expect(memory.longestHold({ ...EMPTY_GATE, retryAfter, cooldown })?.kind).toBe('retry-after');
    expect(memory.longestHold(EMPTY_GATE)).toBe(undefined);
  });

  test('a hold as long as the interval is what is told, a shorter one is not', () => {
    const { clock, memory, holdOf } = setup();
    const record = { ...EMPTY_GATE, end: { id: 'e', at: clock.now() }, retryAfter: holdOf(3_000) };
    expect(memory.due(record, 3_000)).toStrictEqual({ kind: 'retry-after', ms: 3_000, reason: '503' });
    expect(memory.due(record, 3_001)).toStrictEqual({ kind: 'interval', ms: 3_001 });
    const told = { ...record, retryAfter: { ...holdOf(3_000, 'raw'), raw: '3' } };
    expect(memory.due(told, 0)).toStrictEqual({ kind: 'retry-after', ms: 3_000, reason: '503', raw: '3' });
  });

  test('the last millisecond of an interval counts, and then nothing is left', async () => {
    const { clock, memory } = setup();
    const record = { ...EMPTY_GATE, end: { id: 'e', at: clock.now() } };
    memory.setEnd(record.end);
    await clock.advance(2_999);
    expect(memory.due(record, 3_000)).toEqual({ kind: 'interval', ms: 1 });
    await clock.advance(1);
    expect(memory.due(record, 3_000)).toBe(undefined);
  });

  test('an end that was noted here goes by the monotonic clock', async () => {
    const { clock, memory } = setup();
    const end = { id: 'e', at: clock.now(), boot: clock.boot() };
    memory.setEnd(end);
    await clock.advance(1_000);
    clock.stepWall(-HOUR);
    expect(memory.due({ ...EMPTY_GATE, end }, 3_000)?.ms).toBe(2_000);
  });

  test('an end that was found goes by the clock that says that less time has passed', async () => {
    const { clock } = setup();
    await clock.advance(1_000);
    const end = { id: 'e', at: clock.now(), boot: clock.boot() };
    await clock.advance(500);
    const leftOf = (found: { id: string; at: number; boot?: number }): number | undefined =>
      new GateMemory(clock).due({ ...EMPTY_GATE, end: found }, 3_000)?.ms;
    expect(leftOf(end)).toBe(2_500);
    expect(leftOf({ id: 'e', at: end.at })).toBe(2_500);
    clock.stepWall(1_000);
    expect(leftOf(end)).toBe(2_500);
    expect(leftOf({ id: 'e', at: end.at })).toBe(1_500);
    // Noted by a machine that was started anew since: its boot clock says nothing.
    expect(leftOf({ ...end, boot: HOUR })).toBe(1_500);
    clock.stepWall(-HOUR);
    expect(leftOf({ id: 'e', at: end.at })).toBe(3_000);
  });
});
