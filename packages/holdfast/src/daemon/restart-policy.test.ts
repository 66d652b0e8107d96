import { seededRandom } from '@holdfast/resilience/clock';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Exit, RestartRules, Supervision, SupervisionInput } from './restart-policy.ts';
import { firstCooldown, firstStart, RESTART_TIMES, transition } from './restart-policy.ts';

const ENGINE: RestartRules = { main: true, patient: false, restart: true, times: RESTART_TIMES };
const crash: Exit = { code: 1, signal: null, beating: true, killedByWatchdog: false, announced: null };
const steady = { next: () => 1 };

/** An engine that lives so long each time: the states between its lives. */
function lives(
  lifetimes: readonly number[],
  exit: Exit = crash,
  random = steady,
  rules = ENGINE,
): Supervision[] {
  let at = 0;
  let state = firstStart(at);
  return lifetimes.map((lifetime) => {
    at += lifetime;
    state = transition(state, { type: 'exited', at, exit }, random, rules);
    const ended = state;
    if (ended.mode === 'delayed' || ended.mode === 'cooling-down') {
      at += ended.delayMs;
      state = transition(ended, { type: 'due', at }, random, rules);
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
    ['a damaged store', { code: 5 }, 5],
    ['a store that is another engine’s', { code: 75 }, 75],
  ])('%s ends the run', (_, change, exitCode) => {
    expect(lives([10], { ...crash, ...change })[0]).toEqual({ mode: 'ended', exitCode });
  });

  it('a lock that our own dead engine may still hold is waited for, but not for ever', () => {
    let state: Supervision = transition(
      firstStart(0),
      { type: 'exited', at: 10, exit: crash },
      steady,
      ENGINE,
    );
    const modes: string[] = [];
    for (let at = 10; state.mode !== 'ended' && modes.length < 20; at += 61_000) {
      state = transition(state, { type: 'due', at }, steady, ENGINE);
      state = transition(
        state,
        { type: 'exited', at: at + 10, exit: { ...crash, code: 75 } },
        steady,
        ENGINE,
      );
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

/** The states after inputs, from a first start at 0. */
function after(
  inputs: readonly SupervisionInput[],
  rules: RestartRules,
  from = firstStart(0),
): Supervision[] {
  let state = from;
  return inputs.map((input) => (state = transition(state, input, steady, rules)));
}

const exited = (at: number, change: Partial<Exit> = {}): SupervisionInput => ({
  type: 'exited',
  at,
  exit: { ...crash, ...change },
});

describe('what only a person can mend', () => {
  it.each([
    ['a wrong configuration', 64, 78],
    ['a foreign store', 75, 75],
  ])('%s is waited for where nobody watches and the engine was ready before', (_, code, publicCode) => {
    const patient = { ...ENGINE, patient: true };
    expect(after([exited(10, { code })], patient)).toEqual([{ mode: 'ended', exitCode: publicCode }]);
    const [, state] = after([{ type: 'ready' }, exited(10, { code })], patient);
    expect(state).toMatchObject({ mode: 'cooling-down', delayMs: 300_000 });
    const [, impatient] = after([{ type: 'ready' }, exited(10, { code })], ENGINE);
    expect(impatient).toEqual({ mode: 'ended', exitCode: publicCode });
  });

  it('a damaged store is waited for where nobody watches, so that the page can tell of it', () => {
    const patient = { ...ENGINE, patient: true };
    expect(after([exited(10, { code: 5 })], patient)).toMatchObject([
      { mode: 'cooling-down', delayMs: 300_000 },
    ]);
    const ended = [{ mode: 'ended', exitCode: 5 }];
    expect(after([exited(10, { code: 5 })], { ...patient, restart: false })).toEqual(ended);
  });

  it('never spins: each further refusal waits as long', () => {
    const patient = { ...ENGINE, patient: true };
    const inputs = [10, 400_000, 800_000].flatMap((at): SupervisionInput[] => [
      { type: 'due', at },
      exited(at, { code: 64 }),
    ]);
    const states = after([{ type: 'ready' }, ...inputs], patient);
    expect(delays(states).filter((delay) => delay !== null)).toEqual([300_000, 300_000, 300_000]);
  });
});

describe('an auxiliary child', () => {
  const server = { ...ENGINE, main: false };

  it.each([
    ['that ends of itself', 0, 'delayed'],
    ['whose configuration is refused', 64, 'cooling-down'],
    ['that finds something locked', 75, 'delayed'],
    ['that crashes', 1, 'delayed'],
  ])('%s never ends the run', (_, code, mode) => {
    expect(after([exited(10, { code })], server)).toMatchObject([{ mode }]);
  });
});

describe('without restarts', () => {
  const once = { ...ENGINE, restart: false };

  it.each([
    ['a crash', { code: 1 }, 1],
    ['an abort', { code: null, signal: 'SIGABRT' }, 1],
    ['a hang', { killedByWatchdog: true }, 1],
    ['a locked store', { code: 75 }, 75],
    ['a wrong configuration', { code: 64 }, 78],
    ['success', { code: 0, announced: 4 }, 4],
  ])('%s ends the run with its public code', (_, change, exitCode) => {
    expect(after([exited(10, change)], once)).toEqual([{ mode: 'ended', exitCode }]);
  });

  it('a child that needs too much memory is ended gracefully first', () => {
    const states = after([{ type: 'recycle', reason: 'oom' }, exited(10, { code: 0 })], once);
    expect(states).toMatchObject([{ mode: 'stopping' }, { mode: 'ended', exitCode: 1 }]);
  });
});

describe('a recycled child', () => {
  it('is started again at once when a person or an update asked for it, and that is no failure', () => {
    const rounds = [1, 2, 3, 4, 5, 6].flatMap((at): SupervisionInput[] => [
      { type: 'recycle', reason: 'operator' },
      exited(at, { code: 0 }),
      { type: 'due', at },
    ]);
    const states = after(rounds, ENGINE);
    expect(states.filter(({ mode }) => mode === 'delayed')).toHaveLength(6);
    expect(delays(states).filter((delay) => delay !== null)).toEqual([0, 0, 0, 0, 0, 0]);
  });

  it('ends in a cooldown when its memory is exceeded again and again', () => {
    const rounds = [1, 2, 3, 4, 5].flatMap((at): SupervisionInput[] => [
      { type: 'recycle', reason: 'oom' },
      exited(at, { code: 0 }),
      { type: 'due', at },
    ]);
    expect(after(rounds, ENGINE).map(({ mode }) => mode)).toContain('cooling-down');
  });

  it('need not wait for the end of a cooldown', () => {
    const [state] = after([{ type: 'recycle', reason: 'operator' }], ENGINE, firstCooldown(900_000, 'crash'));
    expect(state).toMatchObject({ mode: 'delayed', delayMs: 0, reason: 'operator' });
  });

  it('is not started again when a stop comes before it has ended', () => {
    const states = after(
      [{ type: 'recycle', reason: 'operator' }, { type: 'stop', exitCode: 0 }, exited(10, { code: 1 })],
      ENGINE,
    );
    expect(states.at(-1)).toEqual({ mode: 'ended', exitCode: 0 });
  });
});

it('nothing follows the end', () => {
  const inputs: SupervisionInput[] = [
    exited(1, { code: 0 }),
    { type: 'due', at: 5 },
    { type: 'ready' },
    { type: 'recycle', reason: 'oom' },
    { type: 'stop', exitCode: 130 },
  ];
  for (const state of after(inputs, ENGINE)) expect(state).toEqual({ mode: 'ended', exitCode: 0 });
});
