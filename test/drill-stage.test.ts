import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { readArguments } from '../drill/arguments.ts';
import { catalogue } from '../drill/catalogue/index.ts';
import { onStage, type Stage } from '../drill/stage.ts';

function options(signal = new AbortController().signal) {
  return { seed: 1, size: 'quick', durationMs: null, signal, say: () => undefined } as const;
}

test('everything that was deferred ends, last one first, also when one of them fails at once', async () => {
  const ended: string[] = [];
  await onStage(options(), (stage) => {
    stage.defer(() => void ended.push('first'));
    stage.defer(() => {
      throw new Error('it is gone already');
    });
    stage.defer(() => void ended.push('last'));
    return Promise.resolve();
  });
  expect(ended).toEqual(['last', 'first']);
});

test('the word of a play stands, whatever fails at its end, and its folder goes', async () => {
  const folders: string[] = [];
  const played = onStage(options(), (stage) => {
    folders.push(stage.folder);
    stage.defer(() => Promise.reject(new Error('at its end')));
    throw new Error('of the play');
  });
  await expect(played).rejects.toThrow('of the play');
  expect(folders.map((folder) => existsSync(folder))).toEqual([false]);
});

test('a play that goes on behind its end starts nothing, and what it defers ends at once', async () => {
  const ended: string[] = [];
  const late: Stage[] = [];
  await onStage(options(), (stage) => Promise.resolve(void late.push(stage)));
  const [stage] = late;
  stage?.defer(() => void ended.push('late'));
  expect(ended).toEqual(['late']);
  expect(() => stage?.install([])).toThrow('the play is over');
  await expect(stage?.simulate({ kind: 'oai-pmh' })).rejects.toThrow('the play is over');
});

test('a soak lasts no longer than timers reach', () => {
  expect(readArguments(['--duration', '480h'])).toMatchObject({ durationMs: 1_728_000_000 });
  for (const wrong of ['481h', '0s', '9999999h'])
    expect(() => readArguments(['--duration', wrong])).toThrow('--duration is longer than nothing');
});

test('every row says in sentences what it does and what must hold', () => {
  const wrong = catalogue.filter(({ about, holds }) =>
    [about, holds].some((text) => !/^[^a-z].*\.$/.test(text)),
  );
  expect(wrong.map(({ name }) => name)).toEqual([]);
});

test('a name stands for one row, so that a replay command plays what it replays', () => {
  const names = catalogue.map(({ name }) => name);
  expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([]);
});
