import fc from 'fast-check';
import { expect, test } from 'vitest';
import { VirtualClock } from '../clock/index.ts';
import { drawnTree, stand } from './testing/drawn-tree.ts';
import type { LeafRun, Standing } from './testing/drawn-tree.ts';
import type { Drawn, DrawnSupervisor } from './testing/reference.ts';

const numRuns = process.env['HOLDFAST_TEST_FULL'] === '1' ? 5_000 : 120;

interface Step {
  readonly afterMs: number;
  readonly what: 'crash' | 'finish' | 'ready';
  readonly which: number;
}

const step: fc.Arbitrary<Step> = fc.record({
  afterMs: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 1_500 })),
  what: fc.constantFrom('crash', 'finish', 'ready', 'ready'),
  which: fc.nat(),
});

function drawnAt(top: DrawnSupervisor, id: string): Drawn {
  return id
    .split('.')
    .slice(1)
    .reduce<Drawn>((node, index) => {
      const child = node.type === 'supervisor' ? node.children[Number(index)] : undefined;
      if (child === undefined) throw new Error(`there is no ${id}`);
      return child;
    }, top);
}

/** Lives, was told to stop, and need not be waited for. */
function isLeft(top: DrawnSupervisor, run: LeafRun): boolean {
  const leaf = drawnAt(top, run.leaf);
  return run.signal.aborted && leaf.type === 'leaf' && ['deaf', 'brutal'].includes(leaf.manner.type);
}

/** Those that come after a leaf under the same supervisor, and all below them. */
function isLaterSibling(leaf: string, other: string): boolean {
  const above = leaf.slice(0, leaf.lastIndexOf('.') + 1);
  const index = Number(leaf.slice(above.length));
  return other.startsWith(above) && Number(other.slice(above.length).split('.')[0]) > index;
}

/** What has to hold when a run begins and when it is told to stop. */
function watch(top: DrawnSupervisor, runs: readonly LeafRun[], run: LeafRun): void {
  const twins = runs.filter((other) => other !== run && other.alive && other.leaf === run.leaf);
  expect(
    twins.every((other) => isLeft(top, other)),
    `${run.leaf} runs twice`,
  ).toBe(true);
  run.signal.addEventListener('abort', () => {
    if (!run.alive) return;
    const later = runs.filter((other) => other.alive && isLaterSibling(run.leaf, other.leaf));
    expect(
      later.every((other) => isLeft(top, other)),
      `${run.leaf} stops before one after it`,
    ).toBe(true);
  });
}

/** What each supervisor told: restarts within their window, temporary children once, one end. */
function judge(top: DrawnSupervisor, { events }: Standing): { restarts: number; gaveUp: number } {
  const restarts = new Map<string, number[]>();
  const started = new Map<string, Set<string>>();
  const total = { restarts: 0, gaveUp: 0 };
  for (const { at, event } of events) {
    const name = event.supervisor;
    const drawn = drawnAt(top, name);
    if (drawn.type !== 'supervisor') throw new Error(`${name} is no supervisor`);
    const times = restarts.get(name) ?? [];
    const recent = times.filter((time) => at - time <= drawn.withinMs);
    if (event.type === 'restart') {
      total.restarts += 1;
      restarts.set(name, [...times, at]);
      expect(recent.length, `${name} restarts too often`).toBeLessThan(drawn.restarts);
      for (const id of event.group) {
        const again = drawnAt(top, id).kind !== 'temporary' || started.get(name)?.has(id) !== true;
        expect(again, `${id} is temporary`).toBe(true);
      }
    } else if (event.type === 'give-up') {
      total.gaveUp += 1;
      expect(recent.length, `${name} gives up too soon`).toBe(drawn.restarts);
      expect(event.error).toMatchObject({ code: 'ERR_TREE_INTENSITY', supervisor: name });
    } else if (event.type === 'started') {
      // A new run of a supervisor begins with its first child.
      const isNew = event.child === `${name}.0` && event.run === 1;
      const ids = isNew ? new Set<string>() : (started.get(name) ?? new Set());
      if (isNew) restarts.delete(name);
      const before = [...ids].length;
      started.set(name, ids.add(event.child));
      if (event.run === 1) expect(event.child, 'first starts are in order').toBe(`${name}.${before}`);
      if (drawnAt(top, event.child).kind === 'temporary') expect(event.run).toBe(1);
    }
  }
  return total;
}

test('whatever happens and whenever it is stopped, a tree keeps its order and leaves nothing up', async () => {
  const total = { restarts: 0, gaveUp: 0, stopped: 0, notUp: 0 };
  await fc.assert(
    fc.asyncProperty(drawnTree(3), fc.array(step, { maxLength: 40 }), async (top, steps) => {
      const clock = new VirtualClock();
      const wrong: unknown[] = [];
      const tree: Standing = stand(top, clock, (run) => {
        try {
          watch(top, tree.runs, run);
        } catch (error) {
          wrong.push(error);
        }
      });
      const settled: Record<string, unknown> = {};
      const note = (what: string, promise: Promise<void>): void =>
        void promise.then(
          () => (settled[what] = 'well'),
          (error: unknown) => (settled[what] = error),
        );
      note('start', tree.supervisor.start());
      note('done', tree.supervisor.done);
      for (const { afterMs, what, which } of steps) {
        await clock.advance(afterMs);
        const alive = tree.runs.filter((run) => run.alive);
        const chosen = alive[which % alive.length];
        if (what === 'ready') chosen?.ready();
        else chosen?.end(what === 'finish');
      }
      const reason = new Error('enough');
      note('stop', tree.supervisor.stop(reason));
      await clock.advance(100_000);
      expect(wrong).toEqual([]);
      const { restarts, gaveUp } = judge(top, tree);
      const ownEnd = tree.events.some(({ event }) => event.type === 'give-up' && event.supervisor === 'r');
      expect(settled).toEqual({
        start: expect.anything() as unknown,
        done: ownEnd ? expect.objectContaining({ code: 'ERR_TREE_INTENSITY', supervisor: 'r' }) : 'well',
        stop: 'well',
      });
      if (settled['start'] !== 'well') {
        expect([reason, settled['done']]).toContain(settled['start']);
        total.notUp += 1;
      }
      expect(tree.runs.filter((run) => run.alive && !isLeft(top, run))).toEqual([]);
      for (const { state } of tree.supervisor.children()) {
        expect(['stopped', 'abandoned', 'finished', 'failed']).toContain(state.type);
      }
      expect(clock.pending).toBe(0);
      total.restarts += restarts;
      total.gaveUp += gaveUp;
      total.stopped += Number(!ownEnd);
    }),
    { numRuns },
  );
  for (const [what, times] of Object.entries(total)) expect(times, what).toBeGreaterThan(10);
});

test('nested trees multiply restarts, and no more: (restarts + 1) of each level', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 4 }),
      fc.constantFrom('one-for-one', 'one-for-all', 'rest-for-one'),
      async (levels, strategy) => {
        const clock = new VirtualClock();
        const broken: Drawn = {
          type: 'leaf',
          kind: 'permanent',
          manner: { type: 'prompt' },
          awaitsReady: false,
        };
        const top = levels.reduce<Drawn>(
          (child, restarts) => ({
            type: 'supervisor',
            kind: 'transient',
            strategy,
            restarts,
            withinMs: 1_000,
            awaitsReady: false,
            children: [child],
          }),
          broken,
        );
        if (top.type !== 'supervisor') throw new Error('there is a level at least');
        const tree = stand(top, clock, (run) => run.end(false));
        tree.supervisor.start().catch(() => undefined);
        const end = tree.supervisor.done.catch((error: unknown) => error);
        await clock.advance(0);
        expect(await end).toMatchObject({ code: 'ERR_TREE_INTENSITY', supervisor: 'r' });
        expect(tree.runs).toHaveLength(levels.reduce((product, restarts) => product * (restarts + 1), 1));
      },
    ),
    { numRuns: 60 },
  );
});
