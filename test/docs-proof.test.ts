import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { MAY_STAY_UNCOVERED } from '../drill/catalogue/not-covered.ts';
import { layers } from '../drill/fault.ts';
import { root } from '../tools/lint/resolve-import.ts';
import { section, tableOf } from './markdown.ts';

const text = readFileSync(join(root, 'docs/proof.md'), 'utf8');

describe('docs/proof.md', () => {
  test('names every row that the committed list lets stay uncovered, and no other', () => {
    const told = tableOf(section(text, 'What is not covered')).map(([name]) => name);
    expect(told).toEqual(MAY_STAY_UNCOVERED.map(([name]) => name));
  });

  test('has every layer of the drill', () => {
    const told = tableOf(section(text, 'Levels')).flatMap(([names = '']) => names.split(', '));
    expect(told.toSorted()).toEqual([...layers].map((name) => name.replace('-', ' ')).toSorted());
  });

  test('has every invariant that a finding can name', () => {
    const named = /type Invariant = ([^;]+);/.exec(readFileSync(join(root, 'drill/fault.ts'), 'utf8'));
    const told = tableOf(section(text, 'What is checked')).map(([name]) => name);
    expect(told).toHaveLength(10);
    expect(told).toEqual([...(named?.[1] ?? '').matchAll(/'(I\d+)'/g)].map(([, name]) => name));
  });
});
