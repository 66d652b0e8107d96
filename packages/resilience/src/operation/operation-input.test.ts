import { expect, test } from 'vitest';
import { ledgerMemory, memoryLedger } from './memory-ledger.ts';
import type { MemoryTx } from './memory-tables.ts';
import type { Operation } from './operation-port.ts';
import { operation } from './operation.ts';

type Op = Operation<undefined, MemoryTx>;

/** What no compiler has read. */
const given = <T>(value: unknown): T => value as T;

const id = String;
const nothing = async (): Promise<void> => {};

test.each<[string, string, (op: Op) => Promise<unknown>]>([
  ['a step without work', 'work', (op) => op.step('x', given(undefined))],
  ['a commit without write', 'write', (op) => op.commit('x', given({}))],
  ['an effect without act', 'act', (op) => op.effect('x', given(undefined))],
  ['a verify that is no function', 'verify', (op) => op.effect('x', nothing, { verify: given(true) })],
  ['each without options', 'id', (op) => op.each('x', ['a'], given(undefined), nothing)],
  ['each without id', 'id', (op) => op.each('x', ['a'], given({}), nothing)],
  ['each without work', 'work', (op) => op.each('x', ['a'], { id }, given(undefined))],
  ['each of nothing', 'items', (op) => op.each('x', given<string[]>(undefined), { id }, nothing)],
  ['each of a number', 'items', (op) => op.each('x', given<string[]>(5), { id }, nothing)],
  ['each with nobody', 'concurrency', (op) => op.each('x', ['a'], { id, concurrency: 0 }, nothing)],
])('%s is refused by the name of what is wrong, and nothing is written', async (_, field, program) => {
  const ledger = memoryLedger();
  const running = operation('a', { ledger }, async (op) => void (await program(op)));
  await expect(running).rejects.toMatchObject({ code: 'ERR_INVALID_OPTION', field });
  expect(await ledger.entries('a')).toEqual([]);
});

test.each([
  ['an empty id', ''],
  ['a number as id', 5],
  ['no id', undefined],
  ['half of an emoji', 'Ada \u{1F600}'.slice(0, 5)],
])('%s is refused: what is done under it could not be found again', async (_, bad) => {
  const ledger = memoryLedger();
  const running = operation('a', { ledger }, (op) => op.each('x', [bad], { id: given }, nothing));
  await expect(running).rejects.toMatchObject({ code: 'ERR_INVALID_OPTION', field: 'id' });
});

test.each<[string, Parameters<typeof operation>]>([
  ['options', given(['a', undefined, nothing])],
  ['ledger', given(['a', {}, nothing])],
  ['session', given(['a', { ledger: memoryLedger(), session: {} }, nothing])],
  ['work', given(['a', { ledger: memoryLedger() }])],
  ['key', given(['\ud800', { ledger: memoryLedger() }, nothing])],
  ['maxItems', given(['a', { ledger: memoryLedger(), maxItems: 1.5 }, nothing])],
  ['maxItems', given(['a', { ledger: memoryLedger(), maxItems: '3' }, nothing])],
])('an operation without a usable %s is refused by its name', async (field, call) => {
  const expected = field === 'options' ? 'ledger' : field;
  await expect(operation(...call)).rejects.toMatchObject({ code: 'ERR_INVALID_OPTION', field: expected });
});

test('items may be the characters of a text, and ids any whole ones', async () => {
  const ledger = memoryLedger();
  const seen: string[] = [];
  await operation('a', { ledger }, async (op) => {
    await op.each('letters', 'a/\u{1F600}', { id }, async (letter) => void seen.push(letter));
    await op.each('ids', ['a/b', 'a%2Fb', '%', 'x\0y', '\n', ' ', '..'], { id }, nothing);
  });
  expect(seen).toEqual(['a', '/', '\u{1F600}']);
  expect((await ledger.entries('a')).filter(({ kind }) => kind === 'item')).toHaveLength(10);
});

test('no items at all are all items', async () => {
  const ledger = memoryLedger();
  const report = await operation('a', { ledger, maxItems: 0 }, (op) => op.each('x', [], { id }, nothing));
  expect(report).toMatchObject({ state: 'done', itemsDone: 0 });
});

test('a result that is nested too deeply is refused, and an effect that gave one has happened', async () => {
  const deep = JSON.parse(`${'['.repeat(1_000)}${']'.repeat(1_000)}`) as never;
  const ledger = memoryLedger();
  const running = operation('a', { ledger }, async (op) => void (await op.effect('send', async () => deep)));
  await expect(running).rejects.toMatchObject({ code: 'ERR_OPERATION_VALUE', message: /nested more than/ });
  expect((await ledger.entries('a')).map(({ state }) => state)).toEqual(['done']);
});

test('a machine that cannot be let sleep again fails no operation', async () => {
  const memory = ledgerMemory();
  const warned = new Promise((resolve) => {
    process.once('warning', resolve);
  });
  const keepAwake = {
    acquire: async () => ({ release: () => Promise.reject(new Error('no such hold')) }),
  };
  const report = await operation('a', { ledger: memoryLedger({ memory }), keepAwake }, async () => 1);
  expect(report).toMatchObject({ state: 'done', value: 1 });
  expect(await warned).toMatchObject({ message: 'no such hold' });
});
