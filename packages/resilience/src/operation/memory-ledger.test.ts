import { expect, test } from 'vitest';
import { ledgerConformance } from './conformance.ts';
import { ledgerMemory, memoryLedger } from './memory-ledger.ts';
import type { MemoryTx } from './memory-tables.ts';

ledgerConformance<MemoryTx>('memoryLedger', {
  fresh: async () => {
    const memory = ledgerMemory();
    return {
      open: () => memoryLedger({ memory }),
      read: async (key) => memory.tables.get('numbers')?.get(key) as number | undefined,
      remove: async () => {},
    };
  },
  write: (tx, key, value) => tx.put('numbers', key, value),
});

test('a commit sees its own writes, others see them when it is over', async () => {
  const ledger = memoryLedger();
  const claim = await ledger.claim('a');
  const save = { path: 'save', kind: 'commit', state: 'done', position: 0, at: 0 } as const;
  await claim.commit(save, async (tx) => {
    tx.put('t', 'a', { n: 1 });
    tx.put('t', 'b', 2);
    await Promise.resolve();
    expect(tx.get('t', 'a')).toEqual({ n: 1 });
    expect(ledger.table('t').size).toBe(0);
  });
  await claim.commit({ ...save, path: 'more', position: 1 }, (tx) => {
    expect(tx.get('t', 'b')).toBe(2);
    tx.delete('t', 'b');
    expect(tx.get('t', 'b')).toBeUndefined();
  });
  expect([...ledger.table('t')]).toEqual([['a', { n: 1 }]]);
});

test('asynchronous commits come one after another', async () => {
  const ledger = memoryLedger();
  const claim = await ledger.claim('a');
  const add = (path: string, position: number): Promise<void> =>
    claim.commit({ path, kind: 'commit', state: 'done', position, at: 0 }, async (tx) => {
      const before = Number(tx.get('t', 'sum') ?? 0);
      await Promise.resolve();
      tx.put('t', 'sum', before + 1);
    });
  await Promise.all(['x', 'y', 'z'].map(add));
  expect(ledger.table('t').get('sum')).toBe(3);
});

test('a ledger over the memory of another takes its runs as those of the dead', async () => {
  const memory = ledgerMemory();
  const dead = await memoryLedger({ memory }).claim('a');
  const alive = await memoryLedger({ memory }).claim('a');
  expect(alive.run.starts).toBe(2);
  await expect(dead.finish(1)).rejects.toMatchObject({ code: 'ERR_LEDGER_FENCED' });
});
