import { describe, expect, test } from 'vitest';
import { VirtualClock } from '../clock/index.ts';
import { nested } from './index.ts';
import type { ChildSpec, SupervisorOptions, TreeEvent } from './index.ts';
import { actor, stage } from './testing/actors.ts';
import type { Actor, Stage } from './testing/actors.ts';

interface Family extends Stage {
  readonly inner: TreeEvent[];
}

/** A supervisor `top` over `before`, a supervisor `sub` of `actors`, and `after`. */
function family(
  actors: readonly Actor[],
  sub: Partial<SupervisorOptions>,
  spec: Partial<ChildSpec> = {},
): Family {
  const inner: TreeEvent[] = [];
  const clock = new VirtualClock();
  const start: ChildSpec['start'] = (context) =>
    nested({
      name: 'sub',
      strategy: 'one-for-one',
      intensity: { restarts: 1, withinMs: '5s' },
      children: actors.map((one) => one.spec),
      onEvent: (event) => inner.push(event),
      clock,
      ...sub,
    })(context);
  const child = actor('sub', 'permanent', { start, shutdownMs: Infinity, awaitsReady: true, ...spec });
  const intensity = { restarts: 2, withinMs: '5s' };
  const all = stage([actor('before', 'permanent'), child, actor('after', 'permanent')], { intensity }, clock);
  return { ...all, inner };
}

describe('a supervisor under a supervisor', () => {
  test('is up when its children are, and stops in its place, with its children in reverse', async () => {
    const [a, b] = [actor('a', 'permanent', { awaitsReady: true }), actor('b', 'permanent')];
    const { supervisor, settle, log, inner } = family([a, b], {});
    const starting = supervisor.start();
    await settle();
    expect(log()).toEqual(['started before 1', 'started sub 1']);
    a.contexts[0]?.ready();
    await starting;
    expect(log()).toEqual(['started after 1']);
    const reason = new Error('closing time');
    await supervisor.stop(reason);
    expect(log()).toEqual(['stopped after 1', 'stopped sub 1', 'stopped before 1']);
    expect(inner.map((event) => event.type)).toEqual(['started', 'started', 'stopped', 'stopped']);
    expect([a, b].map(({ contexts }) => contexts[0]?.signal.reason)).toEqual([reason, reason]);
    expect([a.alive(), b.alive()]).toEqual([0, 0]);
  });

  test('is stopped before its children are up', async () => {
    const a = actor('a', 'permanent', { awaitsReady: true });
    const { supervisor, settle, log } = family([a], {});
    const starting = supervisor.start();
    starting.catch(() => undefined);
    await settle();
    await supervisor.stop('enough');
    await expect(starting).rejects.toBe('enough');
    expect(log()).toEqual(['started before 1', 'started sub 1', 'stopped sub 1', 'stopped before 1']);
    expect(a.alive()).toBe(0);
  });

  test.each(['permanent', 'transient'] as const)(
    'that gives up is a failure above: one that is %s is made anew',
    async (kind) => {
      const [a, b] = [actor('a', 'permanent'), actor('b', 'permanent')];
      const { supervisor, settle, log, events } = family([a, b], {}, { kind });
      await supervisor.start();
      log();
      for (let i = 0; i < 2; i += 1) {
        a.crash();
        await settle();
      }
      expect(log()).toEqual(['exited sub 1', 'restart sub', 'started sub 2']);
      expect(events.find(({ type }) => type === 'exited')).toMatchObject({
        error: { code: 'ERR_TREE_INTENSITY', reason: 'shutdown', supervisor: 'sub' },
      });
      // The new one has its whole intensity again.
      a.crash();
      await settle();
      expect([log(), a.alive(), b.alive()]).toEqual([[], 1, 1]);
      await supervisor.stop();
    },
  );

  test('restarts multiply, and end: (1 + 1) x (2 + 1) runs, then the failure is told above with all its causes', async () => {
    let runs = 0;
    const error = new Error('never works');
    const broken = actor('a', 'permanent', { start: () => ((runs += 1), Promise.reject(error)) });
    const { supervisor, log } = family([broken], {});
    await supervisor.start().catch(() => undefined);
    await expect(supervisor.done).rejects.toMatchObject({
      supervisor: 'top',
      cause: { supervisor: 'sub', cause: error },
    });
    expect(runs).toBe(2 * 3);
    expect(log().at(-1)).toBe('stopped before 1');
  });
});
