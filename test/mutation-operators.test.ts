import { readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { root } from '../tools/lint/resolve-import.ts';
import { findMutants } from '../tools/mutation/find-mutants.ts';
import { instrument } from '../tools/mutation/instrument.ts';
import { explain, readKnownSurvivors } from '../tools/mutation/known-survivors.ts';
import type { KnownSurvivor } from '../tools/mutation/known-survivors.ts';
import { OPERATORS } from '../tools/mutation/operators/index.ts';
import { sample } from '../tools/mutation/sample.ts';
import { SWITCH } from '../tools/mutation/switch.ts';

const all = Object.keys(OPERATORS);

/** What each mutant reads like, those of one operator or all. */
function mutantsOf(source: string, ...operators: readonly string[]): readonly string[] {
  const found = findMutants('a.ts', source, {
    firstId: 0,
    operators: operators.length > 0 ? operators : all,
  });
  return found.mutants.map(({ original, mutated }) => `${original} -> ${mutated}`);
}

describe('operators', () => {
  test.each<readonly [operator: string, source: string, expected: readonly string[]]>([
    ['arithmetic', 'f(a + b, a * b)', ['a + b -> a - b', 'a * b -> a / b']],
    ['arithmetic', 'f("x" + b + c, `x` + b)', []],
    ['boundary', 'f(a < b)', ['a < b -> a <= b', 'a < b -> a >= b']],
    ['boundary', 'f(a >= b)', ['a >= b -> a > b', 'a >= b -> a < b']],
    ['equality', 'f(a === b, a !== b)', ['a === b -> a !== b', 'a !== b -> a === b']],
    ['logical', 'f(a && b, a ?? b)', ['a && b -> a || b', 'a ?? b -> a && b']],
    ['assignment', 'a += 1; b ??= 2; c = 3;', ['a += 1 -> a -= 1', 'b ??= 2 -> b &&= 2']],
    ['update', 'i++; --j;', ['i++ -> i--', '--j -> ++j']],
    ['unary', 'f(!a, -b, +c, typeof d)', ['!a -> a', '-b -> b']],
    ['number', 'f(0, 1, 1_000, 2n)', ['0 -> 1', '1 -> 2', '1 -> 0', '1_000 -> 1001', '1_000 -> 0']],
    ['boolean', 'f(true, false)', ['true -> false', 'false -> true']],
    ['text', "f('a', '', `b${c}`, ``)", ["'a' -> ''", "'' -> 'mutated'", "`b${c}` -> ''"]],
    ['array', 'f([1], [])', ['[1] -> []']],
    ['object', 'f({ a: 1 }, {})', ['{ a: 1 } -> {}']],
    ['spread', 'f([...a], { ...b }, ...c)', ['a -> []', 'b -> {}', 'c -> []']],
    ['default', 'function f(a = 1, { b = 2 }) { return a; }', ['1 -> undefined', '2 -> undefined']],
    ['condition', 'if (a) f();', ['a -> true', 'a -> false']],
    ['condition', 'while (a) f(); for (;b;) f();', ['a -> false', 'b -> false']],
    ['block', 'function f() { g(); h(); }', ['{ g(); h(); } -> {}']],
    ['block', 'function f() { return 1; }', []],
    ['block', 'class A extends B { constructor() { super(); } }', []],
    ['statement', 'function f() { g(); this.x = 1; }', ['g() -> ', 'this.x = 1 -> ']],
    ['statement', "'use strict'; class A extends B { constructor() { super(); } }", []],
    ['return', 'function f() { return a; }', ['a -> undefined']],
    ['return', 'function f() { return undefined; }', []],
    ['arrow', 'f(() => a, () => { b(); })', ['a -> undefined']],
    ['method', 'f(Math.min(a), a.some(b))', ['min -> max', 'some -> every']],
    ['method', 'f((a ?? b).slice(1), a?.trim())', ['.slice(1) -> ', '?.trim() -> ']],
    ['optional', 'f(a?.b, a?.[0], a?.())', ['?. -> .', '?. -> ', '?. -> ']],
  ])('%s changes %s', (operator, source, expected) => {
    expect(mutantsOf(source, operator)).toEqual(expected);
  });

  test('types, imports, names of properties and labels of switches in types are no code', () => {
    const source = `
      import { x } from './x.ts';
      export { y } from './y.ts';
      type Kind = 'a' | 1;
      interface Named { 'some name': true }
      declare const outside: 'b';
      const value = x as 'c';
      const named = { 'some name': value };
    `;
    expect(mutantsOf(source)).toEqual(["{ 'some name': value } -> {}"]);
  });

  test('sentences for people stay, codes and single words do not', () => {
    const source = `
      throw new SomeError(\`There are \${count} left\`, { code: 'ERR_LEFT', hint: 'Take one ' + 'away.' });
      throw invalidError('field', \`must be \${a ? 'even' : 'odd'}, please\`);
      const key = Symbol('key');
    `;
    expect(mutantsOf(source, 'text')).toEqual(["'ERR_LEFT' -> ''", "'field' -> ''"]);
  });
});

describe('the instrumented text', () => {
  /** Runs the text as a function's body with one mutant active. */
  function runWith(source: string, mutant: number, ...args: readonly unknown[]): unknown {
    const found = findMutants('a.ts', source, { firstId: 0, operators: all });
    const text = stripTypeScriptTypes(instrument(found));
    const body = `${text}\nreturn main(...args);`;
    // oxlint-disable-next-line typescript/no-implied-eval -- the text is what is tested
    return (new Function(SWITCH, 'args', body) as (is: (id: number) => boolean, args: unknown) => unknown)(
      (id) => id === mutant,
      args,
    );
  }

  test('does what the source does without a mutant, and one change with each', () => {
    const source = `function main(a: number, b?: { c: number }): unknown { return (a + 1) * (b?.c ?? 2); }`;
    const { mutants } = findMutants('a.ts', source, { firstId: 0, operators: all });
    const of = (mutated: string): number => mutants.find((mutant) => mutant.mutated === mutated)?.id ?? -1;
    expect(runWith(source, -1, 3, { c: 5 })).toBe(20);
    expect(runWith(source, of('undefined'), 3, { c: 5 })).toBe(undefined);
    expect(runWith(source, of('a + 1 / b?.c ?? 2'), 4, { c: 5 })).toBe(1);
    expect(runWith(source, of('a - 1'), 3, { c: 5 })).toBe(10);
    expect(() => runWith(source, of('.'), 3)).toThrow(TypeError);
    expect(runWith(source, -1, 3)).toBe(8);
  });

  test('every mutant of the program is asked for', () => {
    const source =
      'function main(a, { b = 1 } = {}) { if (a) return [...a, b]; f(a?.x.slice(0)?.y, `t${b}`); }';
    const found = findMutants('a.ts', source, { firstId: 7, operators: all });
    const text = instrument(found);
    expect(found.mutants.length).toBeGreaterThan(10);
    for (const { id } of found.mutants) expect(text).toContain(`${SWITCH}(${id})`);
    expect(() => stripTypeScriptTypes(text)).not.toThrow();
  });
});

test('a known survivor is found again after lines have moved, the second of two alike as the second', () => {
  const find = (source: string) =>
    findMutants('a.ts', source, { firstId: 0, operators: ['boundary'] }).mutants;
  const [, , second] = find('f(a < b);\nf(a < b);\n');
  if (second === undefined) throw new Error('no mutant');
  const known: KnownSurvivor = { ...second, reason: 'equivalent', why: 'both are never equal here' };
  const moved = find('\n\nf(a < b);\ng();\nf(a < b);\n').map((mutant) => ({
    mutant,
    outcome: 'survived' as const,
    by: undefined,
    ms: 1,
  }));
  const explained = explain([known], moved, { isWhole: true });
  expect(moved.map((tried) => explained.of(tried)?.occurrence)).toEqual([undefined, undefined, 2, undefined]);
  expect(explained.stale).toEqual([]);
  const gone = moved.filter(({ mutant }) => mutant.id === 0);
  expect(explain([known], gone, { isWhole: true }).stale).toEqual([known]);
  expect(explain([known], gone, { isWhole: false }).stale).toEqual([]);
});

test('every explained survivor is still a mutant of the code', () => {
  const known = readKnownSurvivors(join(root, 'tools/mutation/survivors.json'));
  expect(known.length).toBeGreaterThan(0);
  const mutants = [...new Set(known.map(({ file }) => file))].flatMap(
    (file) =>
      findMutants(file, readFileSync(join(root, file), 'utf8'), { firstId: 0, operators: all }).mutants,
  );
  const tried = mutants.map((mutant) => ({ mutant, outcome: 'survived' as const, by: undefined, ms: 1 }));
  const { stale, of } = explain(known, tried, { isWhole: true });
  expect(stale).toEqual([]);
  expect(tried.filter((each) => of(each) !== undefined)).toHaveLength(known.length);
});

test('a sample has no item twice, keeps the order, and depends on the seed alone', () => {
  const items = Array.from({ length: 100 }, (_, index) => index);
  const picked = sample(items, 10, 5);
  expect(new Set(picked).size).toBe(10);
  expect(picked).toEqual([...picked].toSorted((a, b) => a - b));
  expect(sample(items, 10, 5)).toEqual(picked);
  expect(sample(items, 10, 6)).not.toEqual(picked);
  expect(sample(items, 200, 1)).toEqual(items);
});
