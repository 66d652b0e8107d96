import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { layers } from '../tools/lint/layers.ts';
import { root } from '../tools/lint/resolve-import.ts';
import { section, tableOf } from './markdown.ts';

const APP = 'packages/holdfast/src/';
const table = tableOf(
  section(readFileSync(join(root, 'CONTRIBUTING.md'), 'utf8'), 'Who may import whom'),
).map(([folders = '', mayImport = '']) => ({ folders: codesOf(folders), mayImport }));

/** The layers of the library are one row for readers; which of them may import which, the linter says. */
const own = layers.filter(({ folder }) => !folder.startsWith('packages/resilience'));
const library = mayImportOf('model');
const shared = mayImportOf('sources');

function codesOf(text: string): string[] {
  return [...text.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code);
}

function mayImportOf(layer: string): readonly string[] {
  return layers.find(({ name }) => name === layer)?.mayImport ?? [];
}

/** A folder's name in the table is the layer's name, but for those that lie in others. */
function layerOf(code: string): string {
  const short = code.replace('@holdfast/resilience/', '');
  return layers.find(({ folder }) => folder === short || folder === APP + short)?.name ?? short;
}

function meant(text: string): string[] {
  if (text.startsWith('the same, and ')) return [...meant(rowOf('audit')), ...meant(text.slice(14))];
  const [allowed = ''] = text.split('; never');
  const [direct = '', ports = ''] = allowed.split(/the ports? of /);
  return [
    ...(direct.includes('the library') ? library : []),
    ...(direct.includes('the shared parts') ? shared : []),
    ...codesOf(direct).map(layerOf),
    ...codesOf(ports).map((code) => `${code} port`),
  ];
}

function rowOf(folder: string): string {
  return table.find(({ folders }) => folders.includes(folder))?.mayImport ?? 'no row';
}

test('the table of CONTRIBUTING.md has a row for every folder that the linter knows, and no other', () => {
  const told = table.flatMap(({ folders }) => folders).filter((folder) => folder !== 'packages/resilience');
  const known = own.map(({ folder }) => folder.replace(APP, '').replace(/^(packages\/upstream)\/src$/, '$1'));
  expect(told.toSorted()).toEqual(known.toSorted());
});

test.each(own)(
  'what CONTRIBUTING.md says of $folder is what the linter enforces',
  ({ folder, mayImport }) => {
    const name = folder.replace(APP, '').replace(/^(packages\/upstream)\/src$/, '$1');
    const told = new Set(meant(rowOf(name)));
    expect([...told].toSorted()).toEqual([...new Set(mayImport)].toSorted());
  },
);
