import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseDuration } from '@holdfast/resilience/clock';
import { describe, expect, test } from 'vitest';
import { SOURCE_KINDS } from '../packages/holdfast/src/config/config.ts';
import { size } from '../packages/holdfast/src/config/quantities.ts';
import { VARIABLES } from '../packages/holdfast/src/config/overrides.ts';
import { fileSchema, KNOWN_KEYS } from '../packages/holdfast/src/config/schema.ts';
import { makeSource } from '../packages/holdfast/src/engine/source-factory.ts';
import { root } from '../tools/lint/resolve-import.ts';
import { fences, section, tableOf } from './markdown.ts';

const text = readFileSync(join(root, 'docs/configuration.md'), 'utf8');
const file = fileSchema.parse({ sources: [{ id: 'x', kind: 'arxiv' }] });
const source = file.sources[0];
const known = (place: keyof typeof KNOWN_KEYS, prefix = ''): string[] =>
  (KNOWN_KEYS[place] ?? []).map((key) => `${prefix}${key}`);

/** The value at a path such as `dashboard.port`; undefined where the schema has no default. */
function valueAt(value: unknown, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], value);
}

/** What a cell such as `"30s"` stands for: durations as ms; undefined where it is no value. */
function valueOf(cell: string, of: unknown): unknown {
  const code = /^`(.*)`$/.exec(cell)?.[1];
  if (code === undefined) return undefined;
  const value = JSON.parse(code) as unknown;
  if (typeof of !== 'number') return value;
  const read = size.safeParse(value);
  return typeof value === 'string' && value.endsWith('B') && read.success
    ? read.data
    : parseDuration(value, 'cell');
}

function checkKeys(heading: string, expected: readonly string[], defaults: unknown): void {
  const rows = tableOf(section(text, heading));
  expect(new Set(rows.map(([key]) => key?.replaceAll('`', '')))).toEqual(new Set(expected));
  for (const [cell = '', told = ''] of rows) {
    const value = valueAt(defaults, cell.replaceAll('`', ''));
    if (typeof value === 'object' || value === undefined || told === 'required') continue;
    expect(valueOf(told, value), cell).toBe(value);
  }
}

describe('docs/configuration.md', () => {
  test('has every key of the file with its default, and no other', () =>
    checkKeys('Keys of the file', [...known(''), ...known('dashboard', 'dashboard.')], file));

  test('has every key of a source with its default, and no other', () =>
    checkKeys('Keys of a source', [...known('sources'), ...known('timeouts', 'timeouts.')], {
      ...source,
      metadataPrefix: 'oai_dc',
    }));

  test.each<[string, object]>([
    ['keepAwake', { ...file.keepAwake, mode: undefined }],
    ['alerts', file.alerts],
    ['deadman', { ...fileSchema.parse({ deadman: { url: 'https://example.org/' } }).deadman }],
    ['logs', file.logs],
    ['audit', file.audit],
    ['backup', file.backup],
    ['outputs', file.outputs],
    ['share', { ...fileSchema.parse({ share: { host: '0.0.0.0' } }).share }],
  ])('has every key of %s with its default, and no other', (key, defaults) =>
    checkKeys(`Keys of \`${key}\``, known(key), defaults),
  );

  test('has every key of a channel, with its types', () => {
    const [, told = ''] = section(text, 'Keys of `alerts`').split('Of a channel:');
    const rows = tableOf(told).map(([key = '', type = '']) => [key, type].join(' ').replaceAll('`', ''));
    const { channels } = fileSchema.shape.alerts.unwrap().shape;
    const options = channels.unwrap().element.options;
    const expected = options.flatMap(({ shape }) =>
      Object.keys(shape)
        .filter((key) => key !== 'type')
        .map((key) => `${key} ${shape.type.value}`),
    );
    expect(rows.toSorted()).toEqual(expected.toSorted());
  });

  test('tells the defaults that the connectors have', () => {
    const rows = tableOf(section(text, 'Defaults of each kind')).map((row) =>
      row.map((cell) => cell.replaceAll('`', '')),
    );
    expect(rows.map(([kind]) => kind)).toEqual([...SOURCE_KINDS]);
    for (const [kind = '', baseUrl = '', minIntervalMs, cooldown, overlapDays, every = ''] of rows) {
      const needsUrl = ['oai-pmh', 'holdfast'].includes(kind);
      const given = needsUrl ? { baseUrl: 'https://example.org/oai' } : {};
      const config = fileSchema.parse({ sources: [{ id: 'x', kind, ...given }] }).sources[0];
      if (config === undefined) throw new Error('the schema gave no source');
      const { poll, ...made } = makeSource(config as Parameters<typeof makeSource>[0]);
      if (!needsUrl) expect(baseUrl).toBe(made.baseUrl);
      expect(Number(minIntervalMs)).toBe(made.minIntervalMs);
      expect(parseDuration(cooldown, 'cooldown')).toBe(made.cooldownMs);
      expect(Number(overlapDays)).toBe(made.overlapDays);
      if (kind !== 'arxiv') expect(parseDuration(every, 'every')).toBe(poll.next(0));
    }
  });

  test('has every variable and its key', () => {
    const rows = tableOf(section(text, 'Variables and flags'));
    const told = rows.map(([name = '', key = '']) => [
      name.replaceAll('`', ''),
      key === 'the file' ? '' : key.replaceAll('`', ''),
    ]);
    expect(Object.fromEntries(told)).toEqual(VARIABLES);
  });

  test.each(['docs/configuration.md', 'docs/alerts.md', 'README.md', 'packages/holdfast/README.md'])(
    'the examples of %s are accepted',
    (path) => {
      const examples = fences(readFileSync(join(root, path), 'utf8'), 'json');
      expect(examples.length).toBeGreaterThan(0);
      for (const example of examples) expect(fileSchema.safeParse(JSON.parse(example)).error).toBeUndefined();
    },
  );
});
