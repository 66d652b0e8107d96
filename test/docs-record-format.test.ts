import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { exportLine } from '../packages/holdfast/src/formats/jsonl.ts';
import { examplePaper } from '../packages/holdfast/src/cli/testing/example-paper.ts';
import { canonicalJson, hashPaper, HASH_VERSION } from '../packages/holdfast/src/model/hash.ts';
import { cleanText } from '../packages/holdfast/src/model/normalise.ts';
import type { PaperFields } from '../packages/holdfast/src/model/paper.ts';
import { root } from '../tools/lint/resolve-import.ts';
import { fences, section, tableOf } from './markdown.ts';

const text = readFileSync(join(root, 'docs/record-format.md'), 'utf8');
const lines = (language: string): string[] => fences(text, language).join('\n').split('\n');
const keys = tableOf(section(text, 'Keys, in this order')).map(([key = '']) => key.replaceAll('`', ''));

describe('docs/record-format.md', () => {
  test('has the keys of a line in their order', () => {
    expect(Object.keys(JSON.parse(exportLine(examplePaper(), true)) as object)).toEqual(keys);
    expect(text).toContain(`number of the rules below, now ${HASH_VERSION}`);
  });

  test('has test vectors that the product agrees with', () => {
    const vectors = lines('vectors');
    expect(vectors.length).toBeGreaterThanOrEqual(3);
    for (const vector of vectors) {
      const hash = vector.slice(0, 64);
      const hashed = vector.slice(65);
      const fields = JSON.parse(hashed) as PaperFields;
      expect(canonicalJson(fields)).toBe(hashed);
      expect(hashPaper(fields)).toBe(hash);
    }
  });

  test('describes the hash so that a line of an export can be checked without the product', () => {
    const outside = new Set(['seq', 'source', 'datestamp', 'hash', 'hashVersion']);
    const paper = examplePaper({ title: 'a "b" \\ / \u0001 \u007f é 𝔸' });
    const line = JSON.parse(exportLine(paper, true)) as Record<string, unknown>;
    const hashed = JSON.stringify(
      Object.fromEntries(Object.entries(line).filter(([key]) => !outside.has(key))),
    );
    expect(createHash('sha256').update(hashed).digest('hex')).toBe(line['hash']);
    expect(line['hash']).toBe(paper.hash);
  });

  test('tells the rules of white space as they are', () => {
    const examples = lines('whitespace').map((line) => line.split(' -> '));
    expect(examples.length).toBeGreaterThanOrEqual(5);
    for (const [before = '', after = ''] of examples)
      expect(cleanText(JSON.parse(before) as string), before).toBe(JSON.parse(after) as string | null);
  });

  test('lists as white space exactly what the product takes for it', () => {
    const told = /White space is (.*)\.$/m.exec(text)?.[1] ?? '';
    const points = [...told.matchAll(/U\+([0-9A-F]{4})(?: to U\+([0-9A-F]{4}))?/g)].flatMap(
      ([, first = '', last = first]) => {
        const from = Number.parseInt(first, 16);
        return Array.from({ length: Number.parseInt(last, 16) - from + 1 }, (_, at) => from + at);
      },
    );
    const taken = Array.from({ length: 0xffff }, (_, at) => at + 1).filter(
      (point) => cleanText(String.fromCharCode(point)) === null,
    );
    expect(points).toEqual(taken);
  });
});
