import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LONGEST_DELAY_MS, nextKeptState } from './kept-state.ts';
import type { KeptEvent, KeptState } from './kept-state.ts';

function after(...events: readonly KeptEvent[]): KeptState {
  return events.reduce(nextKeptState, { at: 'stopped' });
}

test('the wait after a death doubles up to 5 minutes and begins anew after a minute of life', () => {
  let state: KeptState = after({ type: 'start' });
  const delays: number[] = [];
  for (let death = 1; death <= 11; death += 1) {
    const life = death === 11 ? 60_000 : 10;
    state = nextKeptState(state, { type: 'confirmed', at: 0 });
    state = nextKeptState(state, { type: 'exit', reason: 'x', at: life });
    if (state.at === 'waiting') delays.push(state.delayMs / 1_000);
    state = nextKeptState(state, { type: 'start' });
  }
  expect(delays).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 1]);
});

test('a refusal waits for the longest time at once, and an absent program is left alone', () => {
  const refused = after({ type: 'start' }, { type: 'exit', reason: 'Access denied', at: 0 });
  expect(refused).toMatchObject({ at: 'waiting', why: 'refused', delayMs: LONGEST_DELAY_MS });
  const absent = after({ type: 'start' }, { type: 'absent', reason: 'not here' });
  expect(nextKeptState(absent, { type: 'start' })).toBe(absent);
});

test('whatever happens, stop stops, and only start leaves that', () => {
  const event = fc.oneof(
    fc.constantFrom<KeptEvent>(
      { type: 'start' },
      { type: 'confirmed', at: 5 },
      { type: 'absent', reason: 'a' },
      { type: 'refused', reason: 'r' },
      { type: 'exit', reason: 'e', at: 9 },
    ),
  );
  fc.assert(
    fc.property(fc.array(event, { maxLength: 30 }), (events) => {
      const stopped = after(...events, { type: 'stop' });
      expect(stopped).toEqual({ at: 'stopped' });
      const late = events.filter(({ type }) => type !== 'start').reduce(nextKeptState, stopped);
      expect(late).toEqual({ at: 'stopped' });
    }),
  );
});
