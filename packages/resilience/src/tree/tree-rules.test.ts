import { describe, expect, test } from 'vitest';
import { systemClock } from '../clock/index.ts';
import { RestartIntensity } from './restart-intensity.ts';
import { groupOf, mustRestart, nextToStart } from './strategy.ts';
import { intensityError, restartError, stopError } from './supervisor-error.ts';
import { treePlan } from './tree-options.ts';
import { actor, stage } from './testing/actors.ts';

describe('the errors of a supervisor', () => {
  test('too many restarts are a failure, whose sentence names the child and what is allowed', () => {
    const cause = new Error('x');
    const error = intensityError('top', 'a', { restarts: 3, withinMs: 90_000 }, cause);
    expect(error).toMatchObject({
      name: 'SupervisorError',
      code: 'ERR_TREE_INTENSITY',
      reason: 'shutdown',
      supervisor: 'top',
      cause,
      message: 'Supervisor top gave up: child a ended once more than the allowed restarts (3 within 1m 30s).',
      hint: 'See the cause for what ended a last.',
    });
    expect(error.verdict).toBeUndefined();
  });

  test('a stop and a restart are a cancellation', () => {
    const verdict = { category: 'cancelled', scope: 'none', safeToReplay: 'no', evidence: 'class' };
    expect(stopError('top')).toMatchObject({
      name: 'SupervisorError',
      code: 'ERR_TREE_STOP',
      message: 'Supervisor top stops its children.',
      hint: 'Nothing is wrong: the child was asked to end.',
    });
    expect(stopError('top').verdict).toStrictEqual({ ...verdict, code: 'ERR_TREE_STOP' });
    expect('cause' in stopError('top')).toBe(false);
    const error = restartError('top', 'a', 'why');
    expect(error).toMatchObject({
      code: 'ERR_TREE_RESTART',
      supervisor: 'top',
      cause: 'why',
      message: 'Supervisor top restarts this child because child a ended.',
      hint: 'See the cause for what ended a.',
    });
    expect(error.verdict).toStrictEqual({ ...verdict, code: 'ERR_TREE_RESTART' });
  });
});

describe('the rules', () => {
  test('a restart counts as long as it lies within the window, its end included', () => {
    const intensity = new RestartIntensity(2, 1_000);
    expect([0, 500, 1_000].map((now) => intensity.allows(now))).toEqual([true, true, false]);
    // 500 and 1,000 count still; a second later only 1,001 does.
    expect([1_001, 2_001, 2_001, 3_002].map((now) => intensity.allows(now))).toEqual([
      false,
      true,
      false,
      true,
    ]);
    expect(new RestartIntensity(0, 1).allows(0)).toBe(false);
  });

  test('who is started anew, and with whom', () => {
    const failed = { ok: false, error: 1 } as const;
    const rows = (['permanent', 'transient', 'temporary'] as const).map((kind) => [
      mustRestart(kind, { ok: true }),
      mustRestart(kind, failed),
    ]);
    expect(rows).toEqual([
      [true, true],
      [false, true],
      [false, false],
    ]);
    const all = ['a', 'b', 'c', 'd'];
    expect(groupOf('one-for-one', all, 1)).toEqual(['b']);
    expect(groupOf('rest-for-one', all, 1)).toEqual(['b', 'c', 'd']);
    expect(groupOf('one-for-all', all, 1)).toEqual(all);
  });

  test('the first that waits is next, unless one before it is not ready', () => {
    const [waiting, starting, running] = [
      { type: 'waiting' },
      { type: 'starting', run: 1 },
      { type: 'running', run: 1 },
    ] as const;
    expect(nextToStart([])).toBeUndefined();
    expect(nextToStart([running])).toBeUndefined();
    expect(nextToStart([waiting, waiting])).toBe(0);
    expect(nextToStart([running, { type: 'stopped' }, waiting])).toBe(2);
    expect(nextToStart([starting, waiting])).toBeUndefined();
    expect(nextToStart([waiting, starting])).toBe(0);
  });

  test('options get their defaults', () => {
    const start = (): Promise<void> => Promise.resolve();
    const plan = treePlan({
      name: 'top',
      strategy: 'one-for-all',
      intensity: { restarts: 0, withinMs: '5s' },
      children: [
        { id: 'a', kind: 'permanent', start },
        { id: 'b', kind: 'permanent', start, shutdownMs: Infinity, awaitsReady: true },
        { id: 'c', kind: 'permanent', start, shutdownMs: 'brutal' },
        { id: 'd', kind: 'permanent', start, shutdownMs: 0 },
      ],
    });
    expect(plan).toStrictEqual({
      name: 'top',
      strategy: 'one-for-all',
      restarts: 0,
      withinMs: 5_000,
      children: [
        { id: 'a', kind: 'permanent', start, shutdownMs: 5_000, awaitsReady: false },
        { id: 'b', kind: 'permanent', start, shutdownMs: Infinity, awaitsReady: true },
        { id: 'c', kind: 'permanent', start, shutdownMs: 'brutal', awaitsReady: false },
        { id: 'd', kind: 'permanent', start, shutdownMs: 0, awaitsReady: false },
      ],
      clock: systemClock,
      onEvent: undefined,
    });
  });

  const child = actor('a', 'permanent').spec;
  const ids = (...names: string[]): unknown[] => names.map((id) => ({ ...child, id }));
  test.each([
    [{ name: '' }, 'Option name must be a text.'],
    [{ name: 7 }, 'Option name must be a text.'],
    [{ strategy: 'all' }, 'Option strategy must be one of one-for-one, one-for-all, rest-for-one.'],
    [{ intensity: { restarts: -1, withinMs: 1 } }, 'Option intensity.restarts must be a whole number >= 0.'],
    [{ intensity: { restarts: 0.5, withinMs: 1 } }, 'Option intensity.restarts must be a whole number >= 0.'],
    [{ intensity: { restarts: 1, withinMs: 0 } }, 'Option intensity.withinMs must be above 0.'],
    [{ intensity: { restarts: 1, withinMs: 'x' } }, /^Option intensity\.withinMs must be milliseconds/],
    [{ children: ids('a', 'b', 'b', 'a') }, 'Option children has the id b twice.'],
    [{ children: ids('a', '') }, 'Option children[1].id must be a text.'],
    [{ children: [{ ...child, id: 5 }] }, 'Option children[0].id must be a text.'],
    [
      { children: [{ ...child, kind: 'eternal' }] },
      'Option children[0].kind must be one of permanent, transient, temporary.',
    ],
    [{ children: [{ ...child, start: 1 }] }, 'Option children[0].start must be a function.'],
    [{ children: [{ ...child, shutdownMs: -1 }] }, /^Option children\[0\]\.shutdownMs must be milliseconds/],
  ])('bad options are told in a sentence: %j', (options, message) => {
    expect(() => stage([], options as never)).toThrow(message);
  });
});

describe('what a supervisor does', () => {
  test('two children that end together are judged in the order in which they ended', async () => {
    const [a, b] = [actor('a', 'permanent'), actor('b', 'permanent')];
    const { supervisor, log, settle } = stage([a, b]);
    await supervisor.start();
    log();
    a.crash();
    b.crash();
    await settle();
    expect(log()).toEqual([
      'exited a 1',
      'exited b 1',
      'restart a',
      'restart b',
      'started a 2',
      'started b 2',
    ]);
    await supervisor.stop();
  });

  test('a temporary child that was not started yet belongs to the group and is started once', async () => {
    const [a, t] = [actor('a', 'permanent', { awaitsReady: true }), actor('t', 'temporary')];
    const { supervisor, log, settle } = stage([a, t], { strategy: 'one-for-all' });
    const starting = supervisor.start();
    await settle();
    a.crash();
    await settle();
    expect(log()).toEqual(['started a 1', 'exited a 1', 'restart a+t', 'started a 2']);
    a.contexts[1]?.ready();
    await starting;
    expect(log()).toEqual(['started t 1']);
    await supervisor.stop();
  });

  test('one that was never started has stopped children after stop()', async () => {
    const { supervisor } = stage([actor('a', 'permanent'), actor('b', 'temporary')]);
    await supervisor.stop();
    expect(supervisor.children()).toEqual([
      { id: 'a', kind: 'permanent', state: { type: 'stopped' }, runs: 0 },
      { id: 'b', kind: 'temporary', state: { type: 'stopped' }, runs: 0 },
    ]);
  });

  test('a child that ended well is a restart without a cause', async () => {
    const [a, b] = [actor('a', 'permanent'), actor('b', 'permanent')];
    const { supervisor, settle } = stage([a, b], { strategy: 'one-for-all' });
    await supervisor.start();
    a.finish();
    await settle();
    const reason: unknown = b.contexts[0]?.signal.reason;
    expect(reason).toMatchObject({ code: 'ERR_TREE_RESTART' });
    expect(Object.hasOwn(reason as object, 'cause')).toBe(false);
    await supervisor.stop();
  });

  test('giving up after it was up is told to nobody but done: who does not listen gets an unhandled rejection', async () => {
    const others = process.listeners('unhandledRejection');
    process.removeAllListeners('unhandledRejection');
    const unhandled: unknown[] = [];
    process.on('unhandledRejection', (error) => unhandled.push(error));
    try {
      const a = actor('a', 'permanent');
      const { supervisor, settle } = stage([a], { intensity: { restarts: 0, withinMs: 1 } });
      await supervisor.start();
      a.crash();
      await settle();
      await settle();
      expect(unhandled).toMatchObject([{ code: 'ERR_TREE_INTENSITY' }]);
    } finally {
      process.removeAllListeners('unhandledRejection');
      for (const listener of others) process.on('unhandledRejection', listener);
    }
  });
});
