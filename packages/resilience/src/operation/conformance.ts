import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Ledger, LedgerEntry } from './ledger.ts';

/** How the suite makes ledgers of one kind. `Tx` writes and reads one number per key, as `write` and `read` say. */
export interface LedgerKind<Tx> {
  /** A place where nothing is remembered yet. */
  fresh(): Promise<LedgerPlace<Tx>>;
  /** Writes a number within a commit. */
  write(tx: Tx, key: string, value: number): void;
}

/** What ledgers of one place share: a file, a memory, a database. */
export interface LedgerPlace<Tx> {
  /** Opens it, as another run of the program would. */
  open(): Ledger<Tx>;
  /** What commits have written, looked at from outside. */
  read(key: string): Promise<number | undefined>;
  remove(): Promise<void>;
}

const entry = (path: string, change: Partial<LedgerEntry> = {}): LedgerEntry => ({
  path,
  kind: 'step',
  state: 'done',
  position: 0,
  at: 1_000,
  ...change,
});

const effect = (path: string, change: Partial<LedgerEntry> = {}): LedgerEntry =>
  entry(path, { kind: 'effect', effectId: 'e1', ...change });

/** What every ledger does. */
export function ledgerConformance<Tx>(name: string, kind: LedgerKind<Tx>): void {
  describe(`${name} as a ledger`, () => {
    let place: LedgerPlace<Tx>;
    let ledger: Ledger<Tx>;

    beforeEach(async () => {
      place = await kind.fresh();
      ledger = place.open();
    });

    afterEach(async () => {
      await ledger.close();
      await place.remove();
    });

    /** The program ends and is started again. */
    const reopened = async (): Promise<Ledger<Tx>> => {
      await ledger.close();
      ledger = place.open();
      return ledger;
    };

    test('counts how often a run was begun, and keeps it when the program ends', async () => {
      const first = await ledger.claim('a');
      expect(first.run).toMatchObject({ key: 'a', state: 'running', starts: 1 });
      await first.release();
      const second = await (await reopened()).claim('a');
      expect(second.run.starts).toBe(2);
      expect(second.run.startedAt).toBe(first.run.startedAt);
    });

    test('keeps entries as they were written, in the order of their first writing', async () => {
      const claim = await ledger.claim('a');
      const entries = [
        entry('count', { value: { deep: [1, 'ü\u2028\ud800', null, true] } }),
        entry('null', { value: null, position: 1 }),
        entry('page/1', { kind: 'item', position: 2 }),
        effect('page/1/send', { state: 'in-doubt', doubt: 'who knows', position: 3 }),
        entry('page', { kind: 'range', state: 'intent', position: 4 }),
      ];
      for (const each of entries) await claim.put(each);
      expect(await claim.entries()).toEqual(entries);
      expect(await (await reopened()).entries('a')).toEqual(entries);
      expect(await ledger.entries('b')).toEqual([]);
    });

    test('replaces an entry whole, and leaves it at its place', async () => {
      const claim = await ledger.claim('a');
      await claim.put(effect('send', { state: 'in-doubt', doubt: 'x', value: 1 }));
      await claim.put(entry('after', { position: 1 }));
      await claim.put(effect('send', { state: 'done' }));
      expect(await ledger.entries('a')).toEqual([effect('send'), entry('after', { position: 1 })]);
    });

    test('gives copies: what a reader does to one is not remembered', async () => {
      const claim = await ledger.claim('a');
      const value = { list: [1] };
      await claim.put(entry('x', { value }));
      value.list.push(2);
      const [read] = await ledger.entries('a');
      (read?.value as { list: number[] } | undefined)?.list.push(3);
      expect((await ledger.entries('a'))[0]?.value).toEqual({ list: [1] });
    });

    test('writes data and entry of a commit together', async () => {
      const claim = await ledger.claim('a');
      await claim.commit(entry('save', { kind: 'commit' }), (tx) => kind.write(tx, 'k', 7));
      expect(await place.read('k')).toBe(7);
      expect(await (await reopened()).entries('a')).toEqual([entry('save', { kind: 'commit' })]);
    });

    test('a commit that throws leaves neither data nor entry, and its error goes up as it is', async () => {
      const claim = await ledger.claim('a');
      await claim.commit(entry('before', { kind: 'commit' }), (tx) => kind.write(tx, 'k', 1));
      const error = new Error('no');
      const failing = claim.commit(entry('save', { kind: 'commit', position: 1 }), (tx) => {
        kind.write(tx, 'k', 2);
        throw error;
      });
      await expect(failing).rejects.toBe(error);
      expect(await place.read('k')).toBe(1);
      expect(await ledger.entries('a')).toHaveLength(1);
    });

    test('a run that is owned is busy, another is not, and one that was given back is free', async () => {
      const claim = await ledger.claim('a');
      await expect(ledger.claim('a')).rejects.toMatchObject({ code: 'ERR_OPERATION_BUSY' });
      await expect(ledger.forget('a')).rejects.toMatchObject({ code: 'ERR_OPERATION_BUSY' });
      await expect(ledger.settle('a', 'x', 'done')).rejects.toMatchObject({ code: 'ERR_OPERATION_BUSY' });
      await (await ledger.claim('b')).release();
      await claim.release();
      await claim.release();
      expect((await ledger.claim('a')).run.starts).toBe(2);
    });

    test('a later claim makes the former one void: nothing of it is written any more', async () => {
      const former = await ledger.claim('a');
      await former.put(entry('x'));
      await former.release();
      const later = await ledger.claim('a');
      const fenced = { code: 'ERR_LEDGER_FENCED' };
      await expect(former.put(entry('y'))).rejects.toMatchObject(fenced);
      await expect(former.finish(1)).rejects.toMatchObject(fenced);
      let wasAsked = false;
      const write = (): void => {
        wasAsked = true;
      };
      await expect(former.commit(entry('z', { kind: 'commit' }), write)).rejects.toMatchObject(fenced);
      expect(wasAsked).toBe(false);
      await former.release();
      await later.put(entry('w', { position: 1 }));
      expect((await ledger.entries('a')).map(({ path }) => path)).toEqual(['x', 'w']);
      expect((await ledger.runs('a'))[0]?.state).toBe('running');
    });

    test('a claim that was given back writes nothing more, and neither does one of a closed ledger', async () => {
      const given = await ledger.claim('a');
      await given.release();
      await expect(given.put(entry('x'))).rejects.toMatchObject({ code: 'ERR_LEDGER_FENCED' });
      const closed = await ledger.claim('b');
      await reopened();
      await expect(closed.put(entry('x'))).rejects.toThrow(/./);
      expect(await ledger.entries('a')).toEqual([]);
      expect(await ledger.entries('b')).toEqual([]);
    });

    test('a finished run keeps its result, also none, and is not begun again by a claim', async () => {
      const claim = await ledger.claim('a');
      await claim.finish({ total: 3 });
      await claim.release();
      const silent = await ledger.claim('b');
      await silent.finish(undefined);
      await silent.release();
      const again = await (await reopened()).claim('a');
      expect(again.run).toMatchObject({ state: 'done', value: { total: 3 }, starts: 1 });
      expect((await ledger.runs('b'))[0]).not.toHaveProperty('value');
    });

    test('lists runs by the beginning of their key, in order, without patterns', async () => {
      for (const key of ['b', 'a%1', 'a_2', 'A', 'ab']) await (await ledger.claim(key)).release();
      expect((await ledger.runs()).map(({ key }) => key)).toEqual(['A', 'a%1', 'a_2', 'ab', 'b']);
      expect((await ledger.runs('a%')).map(({ key }) => key)).toEqual(['a%1']);
      expect((await ledger.runs('a_')).map(({ key }) => key)).toEqual(['a_2']);
    });

    test('an effect in doubt that is settled as done stays done', async () => {
      const claim = await ledger.claim('a');
      await claim.put(effect('page/1/send', { state: 'in-doubt', doubt: 'x' }));
      await claim.put(entry('page/1', { kind: 'item' }));
      await claim.finish('ok');
      await claim.release();
      await ledger.settle('a', 'page/1/send', 'done');
      expect(await ledger.entries('a')).toMatchObject([
        { path: 'page/1/send', state: 'done', effectId: 'e1' },
        { path: 'page/1', state: 'done' },
      ]);
      expect((await ledger.entries('a'))[0]).not.toHaveProperty('doubt');
      expect((await ledger.runs('a'))[0]).toMatchObject({ state: 'done', value: 'ok' });
    });

    test('one that is settled as not done opens its items and its run, and those alone', async () => {
      const claim = await ledger.claim('a');
      await claim.put(entry('page', { kind: 'range', state: 'intent' }));
      await claim.put(effect('page/1/in/2/send', { state: 'in-doubt', doubt: 'x' }));
      for (const path of ['page/1/in/2', 'page/1/in/1', 'page/1', 'page/2']) {
        await claim.put(entry(path, { kind: 'item' }));
      }
      await claim.finish('ok');
      await claim.release();
      await ledger.settle('a', 'page/1/in/2/send', 'not-done');
      expect(Object.fromEntries((await ledger.entries('a')).map(({ path, state }) => [path, state]))).toEqual(
        {
          page: 'intent',
          'page/1/in/2/send': 'withdrawn',
          'page/1/in/2': 'withdrawn',
          'page/1/in/1': 'done',
          'page/1': 'withdrawn',
          'page/2': 'done',
        },
      );
      const [run] = await ledger.runs('a');
      expect(run?.state).toBe('running');
      expect(run).not.toHaveProperty('value');
      expect((await ledger.claim('a')).run.starts).toBe(2);
    });

    test('only what is in doubt is settled', async () => {
      const claim = await ledger.claim('a');
      await claim.put(effect('send'));
      await claim.release();
      const refused = { code: 'ERR_LEDGER_NOT_IN_DOUBT' };
      await expect(ledger.settle('a', 'send', 'done')).rejects.toMatchObject(refused);
      await expect(ledger.settle('a', 'nothing', 'not-done')).rejects.toMatchObject(refused);
      await expect(ledger.settle('nobody', 'x', 'done')).rejects.toMatchObject(refused);
    });

    test('a decision that is none decides nothing', async () => {
      const claim = await ledger.claim('a');
      await claim.put(effect('send', { state: 'in-doubt', doubt: 'x' }));
      await claim.release();
      for (const decision of [true, undefined, 'yes'] as readonly unknown[]) {
        await expect(ledger.settle('a', 'send', decision as 'done')).rejects.toMatchObject({
          field: 'decision',
        });
      }
      expect(await ledger.entries('a')).toMatchObject([{ state: 'in-doubt' }]);
    });

    test('a forgotten run begins anew, and data stays', async () => {
      const claim = await ledger.claim('a');
      await claim.commit(entry('save', { kind: 'commit' }), (tx) => kind.write(tx, 'k', 1));
      await claim.release();
      await ledger.forget('a');
      expect(await ledger.runs()).toEqual([]);
      expect(await ledger.entries('a')).toEqual([]);
      expect((await ledger.claim('a')).run.starts).toBe(1);
      expect(await place.read('k')).toBe(1);
    });

    test('an aborted claim is not made', async () => {
      const reason = new Error('enough');
      await expect(ledger.claim('a', { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
      expect((await ledger.claim('a')).run.starts).toBe(1);
    });
  });
}
