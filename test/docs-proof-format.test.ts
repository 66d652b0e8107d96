import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { VirtualClock } from '@holdfast/resilience/clock';
import { describe, expect, test } from 'vitest';
import { feedLine } from '../packages/holdfast/src/model/feed-line.ts';
import { makeProof } from '../packages/holdfast/src/proof/make-proof.ts';
import { MemoryStore } from '../packages/holdfast/src/store/memory/memory-store.ts';
import { Harvest, leased, paper } from '../packages/holdfast/src/store/testing/fixtures.ts';
import { root } from '../tools/lint/resolve-import.ts';
import { section } from './markdown.ts';

const text = readFileSync(join(root, 'docs/proof-format.md'), 'utf8');

/** The keys in the first column of a table whose rows are the given part of the text. */
function toldKeys(part: string): string[] {
  const rows = part.split('\n').filter((line) => line.startsWith('| `'));
  return rows.flatMap((row) =>
    [...(row.split('|')[1] ?? '').matchAll(/`([^`]+)`/g)].map(([, key = '']) => key),
  );
}

/** As the page writes them: `a.b` for a plain object inside, `a[]` for a list. */
function keysOf(value: object, deep = false): string[] {
  return Object.entries(value as Record<string, unknown>).flatMap(([key, inner]) => {
    if (Array.isArray(inner)) return [`${key}[]`];
    const nested = deep && typeof inner === 'object' && inner !== null;
    return nested ? Object.keys(inner).map((name) => `${key}.${name}`) : [key];
  });
}

describe('docs/proof-format.md', () => {
  test('has the keys of a proof, its sources and their windows, in their order', async () => {
    const store = new MemoryStore({ clock: new VirtualClock() });
    const harvest = new Harvest(store, await leased(store));
    await harvest.add([paper({ id: 'a' })], { next: { cursor: 'end', state: 'VERIFIED' } });
    const proof = await makeProof(store, { baseUrls: new Map(), now: 0 });
    const [source] = proof.sources;
    const [window] = source?.windows ?? [];
    const file = section(text, 'The file');
    const [top = '', rest = ''] = file.split('\nA source:\n');
    const [ofSource = '', ofWindow = ''] = rest.split('\nA window:\n');
    expect(toldKeys(top)).toEqual(keysOf(proof, true));
    expect(toldKeys(ofSource)).toEqual(keysOf(source ?? {}));
    expect(toldKeys(ofWindow)).toEqual(keysOf(window ?? {}));
    const [change] = await store.changes(0n, 1);
    if (!change) throw new Error('nothing was stored');
    const told = /with the keys (.*?)\. `seq` begins/.exec(text)?.[1] ?? '';
    expect(told.split(', ').map((key) => key.replaceAll('`', ''))).toEqual(
      Object.keys(JSON.parse(feedLine(change)) as object),
    );
  });

  test('names a checker that is as short as it says', () => {
    const lines = readFileSync(join(root, 'examples/check-proof.py'), 'utf8').trimEnd().split('\n');
    expect(lines.length).toBeLessThanOrEqual(50);
    expect(text).toContain('examples/check-proof.py');
    const modules = lines.filter((line) => /^\s*(import|from) /.test(line));
    expect(modules).toEqual(['import hashlib, json, sys']);
  });
});
