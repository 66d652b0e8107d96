import { seededRandom } from '@holdfast/resilience/clock';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EngineExit, Supervision } from './restart-policy.ts';
import { firstStart, transition } from './restart-policy.ts';

const crash: EngineExit = { code: 1, signal: null, beating: true, killedByWatchdog: false, announced: null };
const steady = { next: () => 1 };

/** An engine that lives so long each time: the states between its lives. */
function lives(lifetimes: readonly number[], exit: EngineExit = crash, random = steady): Supervision[] {
  let at = 0;
  let state = firstStart(at);
  return lifetimes.map((lifetime) => {
    at += lifetime;
    state = transition(state, { type: 'exited', at, exit }, random);
    const ended = state;
    if (ended.mode === 'delayed' || ended.mode === 'cooling-down') {
      at += ended.delayMs;
      state = transition(ended, { type: 'due', at }, random);
    }
    return ended;
  });
}

const delays = (states: readonly Supervision[]): (number | null)[] =>
  states.map((state) => ('delayMs' in state ? state.delayMs : null));

describe('an engine that crashes', () => {
  it('is started at once the first time, then after growing delays of at most 300 s', () => {
    const states = lives(Array.from({ length: 12 }, () => 61_000));
    expect(delays(states)).toEqual([0, 1e3, 2e3, 4e3, 8e3, 16e3, 32e3, 64e3, 128e3, 256e3, 300e3, 300e3]);
    expect(states.every(({ mode }) => mode === 'delayed')).toBe(true);
  });

  it('is started at once again after ten healthy minutes, but not after ten silent ones', () => {
    expect(delays(lives([61_000, 61_000, 600_000])).at(-1)).toBe(0);
    expect(delays(lives([61_000, 61_000, 600_000], { ...crash, beating: false })).at(-1)).toBe(2_000);
  });

  it('cools down after five exits in any sliding minute: 5 minutes, growing to 30', () => {
    const states = lives(Array.from({ length: 20 }, () => 10));
    const cooldowns = states.filter(({ mode }) => mode === 'cooling-down');
    expect(states.map(({ mode }) => mode).slice(0, 6)).toEqual([
      'delayed',
      'delayed',
      'delayed',
      'delayed',
      'cooling-down',
      'delayed',
    ]);
    expect(delays(cooldowns)).toEqual([300_000, 600_000, 1_200_000, 1_800_000]);
  });

  it('is never given up, never started twice and never spins, whatever its lifetimes', () => {
    const seed = 20_261_122;
    const lifetime = fc.array(fc.integer({ min: 0, max: 700_000 }), { minLength: 30, maxLength: 60 });
    fc.assert(
      fc.property(lifetime, (lifetimes) => {
        const states = lives(lifetimes, crash, seededRandom(seed));
        const exits: number[] = [];
        let at = 0;
        states.forEach((state, index) => {
          at += lifetimes[index] ?? 0;
          exits.push(at);
          expect(['delayed', 'cooling-down']).toContain(state.mode);
          at += 'delayMs' in state ? state.delayMs : 0;
        });
        for (const from of exits)
          expect(exits.filter((each) => each >= from && each < from + 60_000).length).toBeLessThanOrEqual(5);
      }),
      { seed },
    );
  });
});

describe('the private exit codes', () => {
  it.each([
    ['done with what it announced', { code: 0, announced: 69 }, 69],
    ['done', { code: 0 }, 0],
    ['a wrong configuration', { code: 64 }, 78],
    ['a store that is another engine’s', { code: 75 }, 75],
  ])('%s ends the run', (_, change, exitCode) => {
    expect(lives([10], { ...crash, ...change })[0]).toEqual({ mode: 'ended', exitCode });
  });

  it('a lock that our own dead engine may still hold is waited for, but not for ever', () => {
    let state: Supervision = transition(firstStart(0), { type: 'exited', at: 10, exit: crash }, steady);
    const modes: string[] = [];
    for (let at = 10; state.mode !== 'ended' && modes.length < 20; at += 61_000) {
      state = transition(state, { type: 'due', at }, steady);
      state = transition(state, { type: 'exited', at: at + 10, exit: { ...crash, code: 75 } }, steady);
      modes.push(state.mode);
    }
    expect(modes).toEqual(['delayed', 'delayed', 'delayed', 'delayed', 'ended']);
    expect(state).toEqual({ mode: 'ended', exitCode: 75 });
  });

  it.each([
    [{ killedByWatchdog: true, signal: 'SIGKILL' }, 'watchdog'],
    [{ signal: 'SIGABRT', code: null }, 'oom'],
    [{ signal: 'SIGSEGV', code: null }, 'crash'],
    [{ code: 10 }, 'crash'],
  ])('%j is counted as %s', (change, reason) => {
    expect(lives([10], { ...crash, ...change })[0]).toMatchObject({ mode: 'delayed', reason });
  });
});

it('nothing follows the end', () => {
  const ended = transition(firstStart(0), { type: 'stopped', exitCode: 130 }, steady);
  expect(transition(ended, { type: 'due', at: 5 }, steady)).toEqual({ mode: 'ended', exitCode: 130 });
});
