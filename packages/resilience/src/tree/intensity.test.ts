import fc from 'fast-check';
import { expect, test } from 'vitest';
import { actor, stage } from './testing/actors.ts';

/** The first crash of which more than `restarts` lie within `withinMs`, by comparing all with all. */
function bruteForce(times: readonly number[], restarts: number, withinMs: number): number | undefined {
  const index = times.findIndex(
    (now, last) =>
      times.slice(0, last + 1).filter((time) => now - withinMs <= time && time <= now).length > restarts,
  );
  return index === -1 ? undefined : index;
}

test('exactly so many restarts within the window survive, and one more ends it, whenever the crashes come', async () => {
  let survived = 0;
  let gaveUp = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        restarts: fc.integer({ min: 0, max: 5 }),
        withinMs: fc.integer({ min: 1, max: 3_000 }),
        crashes: fc.array(
          fc.record({ after: fc.integer({ min: 0, max: 1_000 }), child: fc.integer({ min: 0, max: 2 }) }),
          { maxLength: 25 },
        ),
        strategy: fc.constantFrom('one-for-one', 'one-for-all', 'rest-for-one'),
      }),
      async ({ restarts, withinMs, crashes, strategy }) => {
        const actors = ['a', 'b', 'c'].map((id) => actor(id, 'permanent'));
        const { supervisor, clock, events } = stage(actors, { intensity: { restarts, withinMs }, strategy });
        await supervisor.start();
        let failed = false;
        supervisor.done.catch(() => (failed = true));
        const times: number[] = [];
        for (const { after, child } of crashes) {
          await clock.advance(after);
          actors[child]?.crash();
          times.push(clock.monotonic());
          await clock.advance(0);
          if (failed) break;
        }
        const end = bruteForce(times, restarts, withinMs);
        expect(failed).toBe(end !== undefined);
        const restarted = events.filter(({ type }) => type === 'restart').length;
        if (end === undefined) {
          survived += 1;
          expect(restarted).toBe(times.length);
          expect(actors.map(({ alive }) => alive())).toEqual([1, 1, 1]);
        } else {
          gaveUp += 1;
          expect([end, restarted]).toEqual([times.length - 1, times.length - 1]);
          expect(actors.map(({ alive }) => alive())).toEqual([0, 0, 0]);
        }
        await supervisor.stop();
      },
    ),
    { numRuns: 150 },
  );
  expect(survived).toBeGreaterThan(10);
  expect(gaveUp).toBeGreaterThan(10);
});

test('both ends of the window belong to it', async () => {
  for (const [gap, survives] of [
    [1_000, false],
    [1_001, true],
  ] as const) {
    const a = actor('a', 'permanent');
    const { supervisor, clock } = stage([a], { intensity: { restarts: 1, withinMs: 1_000 } });
    await supervisor.start();
    const outcome = supervisor.done.then(
      () => 'stopped',
      () => 'gave up',
    );
    a.crash();
    await clock.advance(gap);
    a.crash();
    await clock.advance(0);
    await supervisor.stop();
    expect(await outcome).toBe(survives ? 'stopped' : 'gave up');
  }
});
