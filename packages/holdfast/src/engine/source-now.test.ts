import { describe, expect, it, test } from 'vitest';
import type { WaitNotice } from '../model/event.ts';
import { isOutage, sourceNow } from './source-now.ts';

const until = 5_000;
const wait = (why: WaitNotice['why'], reason = 'why it waits'): WaitNotice => ({
  why,
  reason,
  until,
  attempt: 2,
  error: null,
});
const harvesting = { state: 'catching-up', reason: 'list 2026-01-01 to now' } as const;

describe('a source that is harvested', () => {
  it.each([
    ['backoff', 'waiting'],
    ['circuit', 'waiting'],
    ['disk', 'waiting'],
    ['cooldown', 'throttled'],
    ['retry-after', 'throttled'],
    ['offline', 'offline'],
  ] as const)('and held up by a wait for %s is %s, for the reason of the wait', (why, state) => {
    expect(sourceNow({ ...harvesting, wait: wait(why) })).toEqual({
      state,
      reason: 'why it waits',
      nextAttemptAt: until,
      attempt: 2,
    });
  });

  it('is blocked when the upstream has shut us out', () => {
    expect(sourceNow({ ...harvesting, wait: wait('cooldown', 'blocked: HTTP 403') }).state).toBe('blocked');
  });

  it('keeps its state and reason while it waits for its turn', () => {
    const now = { ...harvesting, nextAttemptAt: until, attempt: 2 };
    expect(sourceNow({ ...harvesting, wait: wait('interval') })).toEqual(now);
    expect(sourceNow({ ...harvesting, wait: null })).toEqual({
      ...harvesting,
      nextAttemptAt: null,
      attempt: 0,
    });
  });

  it('stays late while it waits for its next poll', () => {
    const late = { state: 'stale', reason: 'nothing newer than 2026-01-01' } as const;
    expect(sourceNow({ ...late, wait: wait('poll') })).toMatchObject(late);
  });
});

test('our own full disk is no outage of the upstream', () => {
  expect(isOutage({ state: 'waiting', wait: wait('circuit') })).toBe(true);
  expect(isOutage({ state: 'waiting', wait: wait('disk') })).toBe(false);
  expect(isOutage({ state: 'ok', wait: null })).toBe(false);
});
