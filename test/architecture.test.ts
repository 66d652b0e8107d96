import { describe, expect, test } from 'vitest';
import { isTestFile, layerOf, violation } from '../tools/lint/boundaries.ts';
import { layers } from '../tools/lint/layers.ts';
import { findCycle, reachableFrom, readModules } from './modules.ts';
import type { Module } from './modules.ts';
import { trackedFiles } from './tracked-files.ts';

const modules = readModules(trackedFiles('packages/*.ts', 'drill/*.ts', 'examples/*.ts'));

function violations(among: readonly Module[]): string[] {
  return among.flatMap(({ path, imports }) =>
    imports.flatMap((target) => {
      const message = violation(path, target);
      return message === undefined ? [] : [`${path} -> ${target}: ${message}`];
    }),
  );
}

describe('what the check sees', () => {
  const shipped = modules.filter(({ path }) => !isTestFile(path));

  test('it reads modules and imports in every layer that has a folder', () => {
    const folders = layers.filter(({ folder }) => shipped.some(({ path }) => path.startsWith(`${folder}/`)));
    expect(folders.length).toBeGreaterThan(5);
    for (const { name } of folders) {
      expect(shipped.filter(({ path }) => layerOf(path)?.name === name).length, name).toBeGreaterThan(0);
    }
    expect(shipped.flatMap(({ imports }) => imports).length).toBeGreaterThan(shipped.length);
  });

  test('every shipped file belongs to a layer', () => {
    expect(shipped.filter(({ path }) => layerOf(path) === undefined).map(({ path }) => path)).toEqual([]);
  });

  test('every import of a file of the repository names a file that is there', () => {
    const known = new Set(modules.map(({ path }) => path));
    const dangling = modules.flatMap(({ path, imports }) =>
      imports
        .filter((target) => /^packages\/[^/]+\/src\/.*\.ts$/.test(target) && !known.has(target))
        .map((target) => `${path} -> ${target}`),
    );
    expect(dangling).toEqual([]);
  });
});

describe('the direction of dependencies', () => {
  test('no file imports what its layer may not', () => expect(violations(modules)).toEqual([]));

  test('no circle of imports, types included', () => expect(findCycle(modules)).toBeUndefined());

  test('the entry point of the library never reaches node:sqlite', () => {
    const reached = reachableFrom('packages/resilience/src/index.ts', modules);
    expect(reached.size).toBeGreaterThan(3);
    expect([...reached].filter((path) => path === 'node:sqlite')).toEqual([]);
  });
});

const app = 'packages/holdfast/src';
const planted: readonly (readonly [file: string, text: string, reason: string])[] = [
  [
    `${app}/sources/arxiv/a.ts`,
    "import type { X } from '../../store/port.ts';",
    'sources does not import store',
  ],
  [`${app}/store/sqlite/a.ts`, "export { x } from '../../sources/port.ts';", 'store does not import sources'],
  [`${app}/ingest/a.ts`, "import { x } from '../store/sqlite/x.ts';", 'ingest does not import store'],
  [`${app}/audit/a.ts`, "const x = await import('../ingest/x.ts');", 'audit does not import ingest'],
  [
    `${app}/daemon/a.ts`,
    "import { retry } from '@holdfast/resilience';",
    'daemon does not import resilience',
  ],
  [`${app}/cli/run.ts`, "import { main } from '../engine/main.ts';", 'cli does not import engine'],
  [`${app}/engine/main.ts`, "import { x } from '@holdfast/upstream';", 'engine does not import upstream'],
  [`${app}/model/a.ts`, "import { DatabaseSync } from 'node:sqlite';", 'node:sqlite is opened in one place'],
  [`${app}/stores/a.ts`, "import { x } from '../model/x.ts';", 'belongs to no layer'],
  [`${app}/model/a.ts`, "import { x } from './x.test.ts';", 'is for tests'],
  ['packages/resilience/src/policy/a.ts', "import { z } from 'zod';", 'The library has no dependencies'],
  [
    'packages/resilience/src/clock/a.ts',
    "import { x } from '../policy/x.ts';",
    'clock does not import resilience',
  ],
  ['drill/matrix/a.ts', "import { x } from '../../packages/holdfast/src/model/x.ts';", 'from outside'],
  ['packages/upstream/src/a.ts', "import type { x } from '@holdfast/resilience';", 'share no code'],
];

describe('a planted violation is found', () => {
  test.each(planted)('%s: %s', (path, text, reason) => {
    const [found, ...more] = violations(readModules([path], () => text));
    expect(found).toContain(reason);
    expect(more).toEqual([]);
  });

  test('what the table allows is let through', () => {
    const allowed: readonly (readonly [string, string])[] = [
      [`${app}/sources/arxiv/a.ts`, "import { x } from '../../xml/reader.ts';"],
      [`${app}/ingest/a.ts`, "import type { Store } from '../store/port.ts';"],
      [`${app}/daemon/a.ts`, "import { x } from '@holdfast/resilience/clock';"],
      [`${app}/engine/main.ts`, "import { x } from '../store/sqlite/x.ts';"],
      [`${app}/store/sqlite/database.ts`, "import { DatabaseSync } from 'node:sqlite';"],
      [`${app}/ingest/a.test.ts`, "import { x } from '../store/memory/x.ts';"],
    ];
    for (const [path, text] of allowed) expect(violations(readModules([path], () => text))).toEqual([]);
  });

  test('a circle of two files that only share types is named', () => {
    const texts: Readonly<Record<string, string>> = {
      'packages/x/src/a.ts': "import type { B } from './b.ts';",
      'packages/x/src/b.ts': "import type { A } from './a.ts';",
    };
    const circle = findCycle(readModules(Object.keys(texts), (path) => texts[path] ?? ''));
    expect(circle).toEqual(['packages/x/src/a.ts', 'packages/x/src/b.ts', 'packages/x/src/a.ts']);
  });
});
