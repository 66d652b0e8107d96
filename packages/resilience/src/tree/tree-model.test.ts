import fc from 'fast-check';
import { expect, test } from 'vitest';
import { VirtualClock } from '../clock/index.ts';
import { drawnTree, stand } from './testing/drawn-tree.ts';
import { Reference } from './testing/reference.ts';

const numRuns = process.env['HOLDFAST_TEST_FULL'] === '1' ? 5_000 : 120;
/** Longer than any group takes to stop. */
const QUIET_MS = 60_000;

test('one thing at a time, every tree does exactly what the plain reference does', async () => {
  const seen = { restarts: 0, gaveUp: 0, toldAbove: 0, abandoned: 0 };
  await fc.assert(
    fc.asyncProperty(
      drawnTree(3),
      fc.array(
        fc.record({
          at: fc.integer({ min: 0, max: 20_000 }),
          leaf: fc.nat(),
          ok: fc.boolean(),
        }),
        { maxLength: 12 },
      ),
      async (top, steps) => {
        const clock = new VirtualClock();
        const tree = stand(top, clock);
        const model = new Reference(top);
        let failure: unknown;
        tree.supervisor.done.catch((error: unknown) => (failure = error));
        await tree.supervisor.start();
        model.start();
        await clock.advance(QUIET_MS);
        for (const { at, leaf, ok } of steps) {
          await clock.advance(at);
          const up = model.all().filter((node) => node.isUp && node.children.length === 0);
          const chosen = up[leaf % up.length];
          if (chosen === undefined) break;
          tree.live(chosen.id)?.end(ok);
          model.now = clock.monotonic();
          chosen.end(ok);
          await clock.advance(QUIET_MS);
          compare();
        }
        expect(failure !== undefined).toBe(!model.isUp);
        await Promise.all([tree.supervisor.stop(), clock.advance(QUIET_MS)]);
        model.stop();
        compare();
        expect(clock.pending).toBe(0);
        seen.toldAbove += Number(failure !== undefined);

        function compare(): void {
          for (const { id, log, children } of model.all()) {
            if (children.length > 0) expect(tree.log.get(id) ?? []).toEqual(log);
          }
          const lines = [...tree.log.values()].flat();
          seen.restarts += Number(lines.some((line) => line.startsWith('restart')));
          seen.gaveUp += Number(lines.some((line) => line === 'give-up'));
          seen.abandoned += Number(lines.some((line) => line.startsWith('abandoned')));
        }
      },
    ),
    { numRuns },
  );
  for (const [what, times] of Object.entries(seen)) expect(times, what).toBeGreaterThan(5);
});
