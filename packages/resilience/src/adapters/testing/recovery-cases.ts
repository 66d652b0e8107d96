import { expect } from 'vitest';
import type { SessionAdapter } from '../../session/adapter.ts';
import { memorySnapshots } from '../../session/snapshots/memory-snapshots.ts';
import { superviseSession } from '../../session/supervise-session.ts';
import type { Bench, Case } from './bench.ts';
import { having, nothingLeft, soon, until } from './bench-tools.ts';

const TASKS = 4;
const CALLS = 4;
const KILLS = 2;

/** Supervised: lost and recovered. */
export const recoveryCases: readonly Case[] = [
  {
    title: `is recovered once for ${TASKS} tasks after each of ${KILLS} kills, with the same login`,
    needs: ['recover'],
    prove: async (bench, { notCovered }) => {
      const { adapter, newest } = rememberNewest(bench);
      const session = superviseSession(adapter, {
        name: 'conformance',
        snapshot: { store: memorySnapshots() },
        probe: { every: '500ms', deadline: '2s', patience: '5s' },
      });
      let calls = 0;
      const task = async (): Promise<void> => {
        for (let call = 0; call < CALLS; call++) {
          await session.use(async (lease) => await lease.run(async (view) => await bench.call(view)));
          calls++;
        }
      };
      const tasks = Promise.all(Array.from({ length: TASKS }, task));
      tasks.catch(() => {
        // Awaited below; a failure before that must not count as unhandled.
      });
      for (let kill = 1; kill <= KILLS; kill++) {
        await until(`calls before kill ${kill}`, () => calls >= kill * TASKS);
        await bench.kill(newest());
        await until(`recovery ${kill}`, () => session.stats.opens > kill && session.state.kind === 'ready');
      }
      await soon('the end of the tasks', tasks);
      expect(calls).toBe(TASKS * CALLS);
      expect(session.stats).toMatchObject({ losses: KILLS, opens: KILLS + 1, recoveries: KILLS });
      if (notCovered.login === undefined && notCovered.snapshot === undefined) {
        expect(await having(bench, 'logins').logins()).toBe(1);
      }
      await soon('draining', session.drain());
      await nothingLeft(bench);
    },
  },
];

/** The same adapter, and the resource that it opened last. */
function rememberNewest<R, S, V>({
  adapter,
}: Bench<R, S, V>): { readonly adapter: SessionAdapter<R, S, V>; readonly newest: () => R } {
  const opened: R[] = [];
  const remembering = new Proxy(adapter, {
    get: (target, key) => {
      const value: unknown = Reflect.get(target, key);
      if (typeof value !== 'function') return value;
      if (key !== 'open') return value.bind(target) as unknown;
      return async (...args: Parameters<SessionAdapter<R, S, V>['open']>) => {
        const resource = await target.open(...args);
        opened.push(resource);
        return resource;
      };
    },
  });
  return {
    adapter: remembering,
    newest: () => {
      const resource = opened.at(-1);
      if (resource === undefined) throw new Error('nothing was opened yet');
      return resource;
    },
  };
}
