import { expect } from 'vitest';
import type { Case } from './bench.ts';
import { calm, ear, firstOpen, nothingLeft, having, soon, until, viewOf } from './bench-tools.ts';

/** Views of leases, and calls through them. */
export const viewCases: readonly Case[] = [
  {
    title: 'tells the loss of a view on that view alone; the resource lives on and gives a new one',
    needs: ['view'],
    prove: async (bench) => {
      const { adapter } = bench;
      const views = having(adapter, 'view').view;
      const resource = await adapter.open(firstOpen());
      const whole = ear();
      using _watch = adapter.watch(resource, whole.lost);
      for (const { name, lose, untrusted = false } of having(bench, 'viewLosses').viewLosses) {
        const view = await views.open(resource, calm());
        const one = ear();
        using _view = views.watch(view, one.lost);
        await soon('a call', bench.call(view));
        await lose(view, resource);
        await until(`the loss of the view is told: ${name}`, () => one.heard.length > 0);
        if (untrusted) {
          expect(await adapter.inspect?.(view, calm()), name).toMatchObject({ scope: 'page' });
        }
        expect(whole.heard, name).toEqual([]);
        await soon('closing the lost view', views.close(view, calm()));
        await soon('the probe', adapter.probe(resource, calm()));
      }
      const next = await views.open(resource, calm());
      await soon('a call of a new view', bench.call(next));
      await adapter.close(resource, { ...calm(), force: false });
      await nothingLeft(bench);
    },
  },
  {
    title: 'closes a view harmlessly when it is closed, and when the peer is gone',
    needs: ['view'],
    prove: async (bench) => {
      const { adapter } = bench;
      const views = having(adapter, 'view').view;
      const resource = await adapter.open(firstOpen());
      const [one, other] = [await views.open(resource, calm()), await viewOf(bench, resource)];
      await soon('closing a view', views.close(one, calm()));
      await soon('closing it again', views.close(one, calm()));
      await bench.kill(resource);
      await soon('closing a view of a peer that is gone', views.close(other, calm()));
      await adapter.close(resource, { ...calm(), force: true });
      await nothingLeft(bench);
    },
  },
  {
    title: 'serves two leases at once, or says that it serves one',
    needs: [],
    prove: async (bench) => {
      const { adapter } = bench;
      const resource = await adapter.open(firstOpen());
      using _watch = adapter.watch(resource, ear().lost);
      if (adapter.maxLeases === undefined || adapter.maxLeases > 1) {
        const views = [await viewOf(bench, resource), await viewOf(bench, resource)];
        await soon('calls of two views', Promise.all(views.map((view) => bench.call(view))));
      } else {
        expect(adapter.maxLeases).toBe(1);
      }
      await adapter.close(resource, { ...calm(), force: false });
      await nothingLeft(bench);
    },
  },
  {
    title: 'makes a call once, also when the connection is reset after it',
    needs: ['count'],
    prove: async (bench) => {
      const { adapter } = bench;
      const resource = await adapter.open(firstOpen());
      using _watch = adapter.watch(resource, ear().lost);
      if (adapter.auth !== undefined)
        await adapter.auth.login(resource, { ...calm(), reason: 'conformance' });
      const view = await viewOf(bench, resource);
      await soon('a call', having(bench, 'act').act(view, 'undisturbed'));
      expect(await having(bench, 'acted').acted('undisturbed')).toBe(1);
      await having(bench, 'resetAfterNextAct').resetAfterNextAct();
      const [outcome] = await soon('its end', Promise.allSettled([having(bench, 'act').act(view, 'reset')]));
      expect(await having(bench, 'resets').resets(), 'the fault has to fire').toBeGreaterThan(0);
      expect(outcome.status).toBe('rejected');
      expect(await having(bench, 'acted').acted('reset')).toBe(1);
      await adapter.close(resource, { ...calm(), force: true });
      await nothingLeft(bench);
    },
  },
];
