import { describe, expect, test } from 'vitest';
import type { ChildKind, RestartStrategy } from './index.ts';
import { actor, stage } from './testing/actors.ts';

describe('order', () => {
  test('children start in order and stop in reverse, each told why', async () => {
    const actors = ['a', 'b', 'c'].map((id) => actor(id, 'permanent'));
    const { supervisor, log } = stage(actors);
    await supervisor.start();
    expect(log()).toEqual(['started a 1', 'started b 1', 'started c 1']);
    await supervisor.stop();
    expect(log()).toEqual(['stopped c 1', 'stopped b 1', 'stopped a 1']);
    await supervisor.done;
    for (const { contexts, alive } of actors) {
      expect(contexts[0]?.signal.reason).toMatchObject({ code: 'ERR_TREE_STOP', reason: 'shutdown' });
      expect(alive()).toBe(0);
    }
    expect(supervisor.children()).toEqual(
      ['a', 'b', 'c'].map((id) => ({ id, kind: 'permanent', state: { type: 'stopped' }, runs: 1 })),
    );
  });

  test('one that has to be ready is waited for, by the next child and by start()', async () => {
    const [a, b] = [actor('a', 'permanent', { awaitsReady: true }), actor('b', 'permanent')];
    const { supervisor, log, settle } = stage([a, b]);
    let up = false;
    const starting = supervisor.start().then(() => (up = true));
    await settle();
    expect([log(), up]).toEqual([['started a 1'], false]);
    // It fails before it is ready: restarted like any other, and b still waits.
    a.crash();
    await settle();
    expect([log(), up]).toEqual([['exited a 1', 'restart a', 'started a 2'], false]);
    a.contexts[0]?.ready();
    await settle();
    expect([log(), up]).toEqual([[], false]);
    a.contexts[1]?.ready();
    await starting;
    expect(log()).toEqual(['started b 1']);
    await supervisor.stop();
  });

  test("stop() before all are up stops those that are; start() rejects with stop's reason", async () => {
    const [a, b] = [actor('a', 'permanent', { awaitsReady: true }), actor('b', 'permanent')];
    const { supervisor, log } = stage([a, b]);
    const starting = supervisor.start();
    const reason = new Error('changed my mind');
    await supervisor.stop(reason);
    await expect(starting).rejects.toBe(reason);
    await supervisor.done;
    expect(log()).toEqual(['started a 1', 'stopped a 1']);
    expect(a.contexts[0]?.signal.reason).toBe(reason);
    expect(b.contexts).toEqual([]);
  });

  test('runs once: a second start is refused, and so is one after stop()', async () => {
    const { supervisor } = stage([]);
    await supervisor.start();
    await expect(supervisor.start()).rejects.toMatchObject({ code: 'ERR_TREE_STARTED' });
    await Promise.all([supervisor.stop(), supervisor.stop()]);
    const unused = stage([actor('a', 'permanent')]).supervisor;
    await unused.stop();
    await unused.done;
    await expect(unused.start()).rejects.toMatchObject({ code: 'ERR_TREE_STARTED' });
  });
});

describe('restarts', () => {
  const restarts: Record<ChildKind, Record<'crash' | 'finish', boolean>> = {
    permanent: { crash: true, finish: true },
    transient: { crash: true, finish: false },
    temporary: { crash: false, finish: false },
  };
  // Of three permanent neighbours and the child in the middle: who is stopped, who is started.
  const groups: Record<RestartStrategy, { stopped: string[]; started: string[] }> = {
    'one-for-one': { stopped: [], started: ['x'] },
    'one-for-all': { stopped: ['d', 'b', 'a'], started: ['a', 'b', 'x', 'd'] },
    'rest-for-one': { stopped: ['d'], started: ['x', 'd'] },
  };
  const cases = (Object.keys(groups) as RestartStrategy[]).flatMap((strategy) =>
    (Object.keys(restarts) as ChildKind[]).flatMap((kind) =>
      (['crash', 'finish'] as const).map((how) => ({ strategy, kind, how })),
    ),
  );

  test.each(cases)('$strategy: what follows the $how of a $kind child', async ({ strategy, kind, how }) => {
    const x = actor('x', kind);
    const [a, b, d] = [actor('a', 'permanent'), actor('b', 'permanent'), actor('d', 'permanent')];
    const { supervisor, log, settle } = stage([a, b, x, d], { strategy });
    await supervisor.start();
    log();
    x[how]();
    await settle();
    const { stopped, started } = groups[strategy];
    const expected = restarts[kind][how]
      ? [
          `restart ${started.join('+')}`,
          ...stopped.map((id) => `stopped ${id} 1`),
          ...started.map((id) => `started ${id} 2`),
        ]
      : [];
    expect(log()).toEqual(['exited x 1', ...expected]);
    const ended = how === 'crash' ? 'failed' : 'finished';
    const state = supervisor.children()[2]?.state.type;
    expect(state).toBe(restarts[kind][how] ? 'running' : ended);
    for (const { alive } of [a, b, d]) expect(alive()).toBe(1);
    await supervisor.stop();
  });

  test('a group takes a finished transient child with it, never a temporary one', async () => {
    const [a, t, u, x] = [
      actor('a', 'permanent'),
      actor('t', 'transient'),
      actor('u', 'temporary'),
      actor('x', 'permanent'),
    ];
    const { supervisor, log, settle } = stage([a, t, u, x], { strategy: 'one-for-all' });
    await supervisor.start();
    t.finish();
    await settle();
    log();
    const error = new Error('broken');
    x.crash(error);
    await settle();
    expect(log()).toEqual([
      'exited x 1',
      'restart a+t+x',
      'stopped u 1',
      'stopped a 1',
      'started a 2',
      'started t 2',
      'started x 2',
    ]);
    expect(a.contexts[0]?.signal.reason).toMatchObject({ code: 'ERR_TREE_RESTART', cause: error });
    expect(supervisor.children()[2]?.state).toEqual({ type: 'stopped' });
    await supervisor.stop();
  });

  test('two children of a group that end together are one restart', async () => {
    const [a, b] = [actor('a', 'permanent'), actor('b', 'permanent')];
    const { supervisor, log, settle } = stage([a, b], {
      strategy: 'one-for-all',
      intensity: { restarts: 1, withinMs: '1h' },
    });
    await supervisor.start();
    log();
    b.crash();
    a.crash();
    await settle();
    expect(log()).toEqual(['exited b 1', 'exited a 1', 'restart a+b', 'started a 2', 'started b 2']);
    await supervisor.stop();
  });

  test('a child that throws at once, or is started by a function that is not async, fails alike', async () => {
    const thrower = actor('x', 'permanent', {
      start: () => {
        throw new Error('at once');
      },
    });
    const { supervisor, log } = stage([thrower], { intensity: { restarts: 2, withinMs: '1s' } });
    const starting = supervisor.start();
    await expect(supervisor.done).rejects.toMatchObject({
      code: 'ERR_TREE_INTENSITY',
      cause: { message: 'at once' },
    });
    await starting;
    expect(log().filter((line) => line.startsWith('started'))).toHaveLength(3);
  });
});

describe('giving up', () => {
  test('one restart more than allowed stops the rest in reverse order and fails upward', async () => {
    const [a, b, c] = [actor('a', 'permanent'), actor('b', 'transient'), actor('c', 'temporary')];
    const { supervisor, log, settle, events } = stage([a, b, c], {
      intensity: { restarts: 1, withinMs: '5s' },
    });
    await supervisor.start();
    b.crash();
    await settle();
    log();
    const error = new Error('the last straw');
    b.crash(error);
    await expect(supervisor.done).rejects.toMatchObject({
      name: 'SupervisorError',
      code: 'ERR_TREE_INTENSITY',
      reason: 'shutdown',
      supervisor: 'top',
      cause: error,
      message: expect.stringContaining('child b') as string,
    });
    expect(log()).toEqual(['exited b 2', 'give-up', 'stopped c 1', 'stopped a 1']);
    expect(supervisor.children().map(({ state }) => state.type)).toEqual(['stopped', 'failed', 'stopped']);
    const gaveUp = events.find((event) => event.type === 'give-up');
    expect(a.contexts[0]?.signal.reason).toBe(gaveUp?.error);
    await supervisor.stop();
  });

  test('while the children come up, start() tells it, and nobody has to listen to done', async () => {
    const unhandled: unknown[] = [];
    const onUnhandled = (reason: unknown): unknown => unhandled.push(reason);
    process.on('unhandledRejection', onUnhandled);
    const [a, b] = [actor('a', 'permanent'), actor('b', 'permanent', { awaitsReady: true })];
    const { supervisor, log, settle } = stage([a, b], { intensity: { restarts: 0, withinMs: '5s' } });
    const starting = supervisor.start();
    starting.catch(() => undefined);
    await settle();
    b.crash();
    await expect(starting).rejects.toMatchObject({ code: 'ERR_TREE_INTENSITY' });
    await settle();
    process.off('unhandledRejection', onUnhandled);
    expect(unhandled).toEqual([]);
    expect(log()).toEqual(['started a 1', 'started b 1', 'exited b 1', 'give-up', 'stopped a 1']);
    await supervisor.stop();
  });
});

test.each([
  ['name', { name: '' }],
  ['strategy', { strategy: 'all' }],
  ['intensity.restarts', { intensity: { restarts: Number.POSITIVE_INFINITY, withinMs: 1 } }],
  ['intensity.withinMs', { intensity: { restarts: 1, withinMs: 0 } }],
  ['children', { children: [actor('a', 'permanent').spec, actor('a', 'permanent').spec] }],
  ['children[0].id', { children: [{ ...actor('a', 'permanent').spec, id: '' }] }],
  ['children[0].kind', { children: [{ ...actor('a', 'permanent').spec, kind: 'eternal' }] }],
  ['children[0].start', { children: [{ ...actor('a', 'permanent').spec, start: 1 }] }],
  ['children[0].shutdownMs', { children: [{ ...actor('a', 'permanent').spec, shutdownMs: -1 }] }],
])('a bad %s is refused by name', (field, options) => {
  expect(() => stage([], options as never)).toThrow(
    expect.objectContaining({ code: 'ERR_INVALID_OPTION', field }),
  );
});
