import { expect } from 'vitest';
import type { SessionAdapter, SessionAuth } from '../../session/adapter.ts';
import type { Bench, Case } from './bench.ts';
import { calm, firstOpen, nothingLeft, having, soon, viewOf } from './bench-tools.ts';

const login = { ...calm(), reason: 'conformance' };

function authOf<R, S, V>(adapter: SessionAdapter<R, S, V>): SessionAuth<R> {
  return having(adapter, 'auth').auth;
}

/** Whether the peer says that somebody is logged in. */
async function loggedIn<R, S, V>(bench: Bench<R, S, V>, resource: R): Promise<boolean> {
  return (await soon('the check of the login', authOf(bench.adapter).check(resource, calm()))) !== 'expired';
}

/** Opens what a snapshot has kept, as it comes back from a store. */
async function openRestored<R, S, V>(bench: Bench<R, S, V>, snapshot: S): Promise<R> {
  const kept = JSON.parse(JSON.stringify(snapshot)) as S;
  return await bench.adapter.open({ ...firstOpen(kept), generation: 2 });
}

/** Logging in, losing the login, carrying it over. */
export const loginCases: readonly Case[] = [
  {
    title: 'tells whether somebody is logged in, logs in once, and tells when the server has dropped it',
    needs: ['login'],
    prove: async (bench) => {
      const { adapter } = bench;
      const resource = await adapter.open(firstOpen());
      expect(await loggedIn(bench, resource)).toBe(false);
      await soon('the login', authOf(adapter).login(resource, login));
      expect(await loggedIn(bench, resource)).toBe(true);
      expect(await having(bench, 'logins').logins()).toBe(1);
      await having(bench, 'dropLogins').dropLogins();
      expect(await loggedIn(bench, resource)).toBe(false);
      await adapter.close(resource, { ...calm(), force: false });
      await nothingLeft(bench);
    },
  },
  {
    title: 'tells of a call that was answered by the login page',
    needs: ['login', 'inspect login'],
    prove: async (bench) => {
      const { adapter } = bench;
      const resource = await adapter.open(firstOpen());
      await authOf(adapter).login(resource, login);
      const view = await viewOf(bench, resource);
      await bench.call(view);
      expect(await having(adapter, 'inspect').inspect(view, calm())).toBeUndefined();
      await having(bench, 'dropLogins').dropLogins();
      await bench.call(view);
      expect(await having(adapter, 'inspect').inspect(view, calm())).toMatchObject({
        category: 'auth-expired',
        scope: 'auth',
      });
      await adapter.close(resource, { ...calm(), force: false });
    },
  },
  {
    title: 'carries the login over to the next resource by a snapshot, without a second login',
    needs: ['login', 'snapshot'],
    prove: async (bench) => {
      const { adapter } = bench;
      const first = await adapter.open(firstOpen());
      await authOf(adapter).login(first, login);
      const snapshot = await having(adapter, 'snapshot').snapshot(first, calm());
      await bench.kill(first);
      await adapter.close(first, { ...calm(), force: true });
      const second = await openRestored(bench, snapshot);
      expect(await loggedIn(bench, second)).toBe(true);
      const view = await viewOf(bench, second);
      await soon('a call of the restored', bench.call(view));
      expect(await having(bench, 'logins').logins()).toBe(1);
      await adapter.close(second, { ...calm(), force: false });
      await nothingLeft(bench);
    },
  },
  {
    title: 'carries over what the peer keeps beside cookies, twice, and each new view has it',
    needs: ['snapshot', 'storage'],
    prove: async (bench) => {
      const { adapter } = bench;
      let resource = await adapter.open(firstOpen());
      if (adapter.auth !== undefined) await adapter.auth.login(resource, login);
      const view = await viewOf(bench, resource);
      await having(bench, 'remember').remember(view, 'a text "to" keep');
      for (const generation of [2, 3]) {
        const snapshot = await having(adapter, 'snapshot').snapshot(resource, calm());
        await bench.kill(resource);
        await adapter.close(resource, { ...calm(), force: true });
        resource = await openRestored(bench, snapshot);
        const kept = await having(bench, 'recall').recall(await viewOf(bench, resource));
        expect(Object.keys(kept).length, `generation ${generation}`).toBeGreaterThan(0);
        expect(new Set(Object.values(kept)), JSON.stringify(kept)).toEqual(new Set(['a text "to" keep']));
      }
      await adapter.close(resource, { ...calm(), force: false });
      await nothingLeft(bench);
    },
  },
];
