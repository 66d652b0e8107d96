import { expect } from 'vitest';
import type { Case } from './bench.ts';
import { calm, ear, fateOf, firstOpen, nothingLeft, having, soon, until, viewOf } from './bench-tools.ts';

/** Opening, losing, closing. */
export const lifeCases: readonly Case[] = [
  {
    title: 'opens, answers a probe and a call, closes and leaves nothing',
    needs: [],
    prove: async (bench) => {
      const { adapter } = bench;
      const resource = await adapter.open(firstOpen());
      using _watch = adapter.watch(resource, ear().lost);
      await soon('the probe', adapter.probe(resource, calm()));
      const view = await viewOf(bench, resource);
      await soon('a call', bench.call(view));
      await adapter.view?.close(view, calm());
      await adapter.close(resource, { ...calm(), force: false });
      await adapter.close(resource, { ...calm(), force: false });
      await nothingLeft(bench);
    },
  },
  {
    title: 'tells its memory',
    needs: ['usage'],
    prove: async ({ adapter }) => {
      const resource = await adapter.open(firstOpen());
      expect((await having(adapter, 'usage').usage(resource, calm())).rssBytes).toBeGreaterThan(1_000_000);
      await adapter.close(resource, { ...calm(), force: false });
    },
  },
  {
    title: 'does not open when it was told not to, and leaves nothing',
    needs: [],
    prove: async (bench) => {
      const reason = new Error('not wanted any more');
      const opening = bench.adapter.open({ ...firstOpen(), signal: AbortSignal.abort(reason) });
      await expect(soon('the refusal', opening)).rejects.toBe(reason);
      await nothingLeft(bench);
    },
  },
  {
    title: 'gives up an opening that is aborted midway, and leaves nothing',
    needs: [],
    prove: async (bench) => {
      const { adapter } = bench;
      const abort = new AbortController();
      const opening = adapter.open({ ...firstOpen(), signal: abort.signal });
      setImmediate(() => abort.abort(new Error('not wanted any more')));
      const [outcome] = await soon('the end of the opening', Promise.allSettled([opening]));
      // A session closes what an abandoned opening yields after all.
      if (outcome.status === 'fulfilled') await adapter.close(outcome.value, { ...calm(), force: true });
      await nothingLeft(bench);
    },
  },
  {
    title: 'does not answer a probe once the peer was killed, closes in either way and leaves nothing',
    needs: [],
    prove: async (bench) => {
      const { adapter } = bench;
      const resource = await adapter.open(firstOpen());
      using _watch = adapter.watch(resource, ear().lost);
      await bench.kill(resource);
      expect(await fateOf(adapter.probe(resource, calm()), 3_000)).not.toBe('resolved');
      for (const force of [false, true, false]) {
        await soon(`closing with force ${force}`, adapter.close(resource, { ...calm(), force }));
      }
      await nothingLeft(bench);
    },
  },
  {
    title: 'tells by itself that the peer was killed, and no more once nobody listens',
    needs: ['push'],
    prove: async (bench) => {
      const { adapter } = bench;
      const [first, second] = [await adapter.open(firstOpen()), await adapter.open(firstOpen())];
      const [listening, deaf] = [ear(), ear()];
      using _watch = adapter.watch(first, listening.lost);
      adapter.watch(second, deaf.lost)[Symbol.dispose]();
      await bench.kill(first);
      await bench.kill(second);
      await until('the loss is told', () => listening.heard.length > 0);
      expect(['process-exit', 'disconnected', 'crash', 'closed']).toContain(listening.heard[0]?.cause);
      expect(deaf.heard).toEqual([]);
      for (const each of [first, second]) await adapter.close(each, { ...calm(), force: true });
    },
  },
  {
    title: 'tells no loss when it is closed on purpose after nobody listens',
    needs: ['push'],
    prove: async ({ adapter }) => {
      const resource = await adapter.open(firstOpen());
      const { heard, lost } = ear();
      adapter.watch(resource, lost)[Symbol.dispose]();
      await adapter.close(resource, { ...calm(), force: false });
      expect(heard).toEqual([]);
    },
  },
  {
    title: 'knows the error of a call to a killed peer',
    needs: [],
    prove: async (bench, { killed = ['session-lost'] }) => {
      const { adapter } = bench;
      const resource = await adapter.open(firstOpen());
      using _watch = adapter.watch(resource, ear().lost);
      const view = await viewOf(bench, resource);
      await bench.call(view);
      await bench.kill(resource);
      const [outcome] = await soon('the rejection', Promise.allSettled([bench.call(view)]));
      if (outcome.status !== 'rejected') throw new Error('a killed peer has answered');
      const verdict = having(adapter, 'classify').classify(outcome.reason, resource);
      expect(killed).toContain(verdict?.category);
      await adapter.close(resource, { ...calm(), force: true });
      await nothingLeft(bench);
    },
  },
  {
    title: 'does not answer for a frozen peer, and answers again when it goes on',
    needs: ['freeze'],
    prove: async (bench) => {
      const { adapter } = bench;
      const resource = await adapter.open(firstOpen());
      using _watch = adapter.watch(resource, ear().lost);
      const frozen = await having(bench, 'freeze').freeze(resource);
      try {
        expect(await fateOf(adapter.probe(resource, calm()), 1_500)).not.toBe('resolved');
      } finally {
        await frozen[Symbol.asyncDispose]();
      }
      await soon('the probe after the thaw', adapter.probe(resource, calm()));
      await adapter.close(resource, { ...calm(), force: false });
      await nothingLeft(bench);
    },
  },
  {
    title: 'ends a frozen peer by force and leaves nothing',
    needs: ['freeze'],
    prove: async (bench) => {
      const { adapter } = bench;
      const resource = await adapter.open(firstOpen());
      await using _frozen = await having(bench, 'freeze').freeze(resource);
      await soon('closing by force', adapter.close(resource, { ...calm(), force: true }));
      await nothingLeft(bench);
    },
  },
];
