import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { fileState, memoryState } from './index.ts';
import type { StateStore } from './index.ts';
import { sqliteState } from './sqlite.ts';

interface Kind {
  readonly name: string;
  readonly open: (folder: string) => StateStore;
  /** Why the values do not outlive the store; undefined when they do. */
  readonly forgets?: string;
  /** Why two stores on one place do not share locks; undefined when they do. */
  readonly aloneWithLocks?: string;
}

const KINDS: readonly Kind[] = [
  {
    name: 'memory',
    open: () => memoryState(),
    forgets: 'memory ends with the process',
    aloneWithLocks: 'a memory store is a place of its own',
  },
  { name: 'file', open: (folder) => fileState(join(folder, 'state')) },
  { name: 'sqlite folder', open: (folder) => sqliteState(folder) },
  { name: 'sqlite file', open: (folder) => sqliteState(join(folder, 'here.db')) },
];

describe.each(KINDS)('$name', ({ open, forgets, aloneWithLocks }) => {
  let folder: string;
  let store: StateStore;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'holdfast-state-'));
    store = open(folder);
  });

  afterEach(async () => {
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  });

  test('a key that was never written is undefined', async () => {
    expect(await store.get('nobody')).toBeUndefined();
  });

  test('gives back what was written, for every JSON value and any key', async () => {
    const values = [null, false, 0, -1.5, '', 'ü \u2028 "', [], [1, [null]], { a: { b: ['c'] } }];
    for (const [index, value] of values.entries()) {
      const key = `gate:https://example.org/${index}?a=/../b ü`;
      await store.update(key, () => value);
      expect(await store.get(key)).toEqual(value);
    }
  });

  test('an update sees the current value, and undefined removes the key', async () => {
    await store.update('n', () => 1);
    await store.update('n', (current) => Number(current) + 1);
    expect(await store.get('n')).toBe(2);
    expect(await store.update('n', () => undefined)).toBeUndefined();
    expect(await store.get('n')).toBeUndefined();
  });

  test('concurrent updates lose nothing', async () => {
    await Promise.all(
      Array.from({ length: 25 }, () => store.update('count', (current) => Number(current ?? 0) + 1)),
    );
    expect(await store.get('count')).toBe(25);
  });

  test('an update that throws changes nothing, passes the error on and does not block the next', async () => {
    await store.update('n', () => 'before');
    const problem = new Error('no');
    const failing = store.update('n', () => {
      throw problem;
    });
    await expect(failing).rejects.toBe(problem);
    expect(await store.get('n')).toBe('before');
    expect(await store.update('n', () => 'after')).toBe('after');
  });

  test('changing what was read does not change what is stored', async () => {
    await store.update('list', () => [1]);
    const read = (await store.get('list')) as number[];
    read.push(2);
    expect(await store.get('list')).toEqual([1]);
  });

  test('a lock excludes, serves in the order of asking, and keys are independent', async () => {
    const order: number[] = [];
    let inside = 0;
    let most = 0;
    const enter = async (who: number): Promise<void> => {
      const release = await store.lock('door');
      inside += 1;
      most = Math.max(most, inside);
      order.push(who);
      await Promise.resolve();
      inside -= 1;
      await release();
    };
    await Promise.all([enter(1), enter(2), enter(3), enter(4)]);
    expect(order).toEqual([1, 2, 3, 4]);
    expect(most).toBe(1);
    const one = await store.lock('a');
    const other = await store.lock('b');
    await one();
    await other();
  });

  test('freeing a lock twice does not free the next holder', async () => {
    const first = await store.lock('door');
    await first();
    const second = await store.lock('door');
    await first();
    let third = false;
    const waiting = store.lock('door').then(async (release) => {
      third = true;
      await release();
    });
    await store.get('anything');
    await store.get('anything');
    expect(third).toBe(false);
    await second();
    await waiting;
    expect(third).toBe(true);
  });

  test('who stops waiting gets the reason by identity and is not in the way of the next', async () => {
    const held = await store.lock('door');
    const controller = new AbortController();
    const reason = new Error('enough');
    const impatient = store.lock('door', { signal: controller.signal });
    const patient = store.lock('door');
    controller.abort(reason);
    await expect(impatient).rejects.toBe(reason);
    await expect(store.lock('door', { signal: controller.signal })).rejects.toBe(reason);
    await held();
    await (
      await patient
    )();
  });

  test('closing frees the locks that are held', async () => {
    await store.lock('door');
    await store.close();
    const release = await store.lock('door');
    await release();
  });

  test.skipIf(forgets !== undefined)(
    `another store on the same place sees what was written${forgets === undefined ? '' : ` (skipped: ${forgets})`}`,
    async () => {
      await store.update('kept', () => ({ until: 5 }));
      const second = open(folder);
      expect(await second.get('kept')).toEqual({ until: 5 });
      await second.close();
    },
  );

  test.skipIf(aloneWithLocks !== undefined)(
    `two stores on the same place exclude each other${aloneWithLocks === undefined ? '' : ` (skipped: ${aloneWithLocks})`}`,
    async () => {
      const second = open(folder);
      const held = await store.lock('door');
      const controller = new AbortController();
      const blocked = second.lock('door', { signal: controller.signal });
      controller.abort('still held');
      await expect(blocked).rejects.toBe('still held');
      await held();
      await (
        await second.lock('door')
      )();
      await Promise.all(
        [store, second].flatMap((each) =>
          Array.from({ length: 10 }, () => each.update('shared', (n) => Number(n ?? 0) + 1)),
        ),
      );
      expect(await store.get('shared')).toBe(20);
      await second.close();
    },
  );
});
