import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { CHANNEL } from '../packages/resilience/src/events/publish.ts';
import { familyOf } from '../packages/resilience/src/metrics/exposition.ts';
import { INSTRUMENTS, LABELS } from '../packages/resilience/src/telemetry/instruments.ts';
import { SAMPLES } from '../packages/resilience/src/telemetry/testing/sample-events.ts';
import { root } from '../tools/lint/resolve-import.ts';
import { section, tableOf } from './markdown.ts';

const text = readFileSync(join(root, 'docs/telemetry.md'), 'utf8');
const code = (words: readonly string[]): string => words.map((word) => `\`${word}\``).join(', ');

describe('docs/telemetry.md', () => {
  // The samples have every type and field of the unions, or do not compile.
  test.each([
    ['Of a policy', SAMPLES.policy],
    ['Of a supervisor', SAMPLES.tree],
    ['Of a session', SAMPLES.session],
    ['Of an operation', SAMPLES.operation],
  ])('has every event with its fields, and no other: %s', (heading, samples) => {
    const told = tableOf(section(text, heading)).map(([type, , fields]) => [type, fields]);
    const expected = Object.entries(samples).map(([type, sample]) => [
      `\`${type}\``,
      code(Object.keys(sample).filter((field) => field !== 'type')),
    ]);
    expect(told).toEqual(expected);
  });

  test('has every metric with its names, unit, labels and meaning, and no other', () => {
    const expected = Object.entries(INSTRUMENTS).map(([name, instrument]) => [
      `\`${name}\``,
      `\`${instrument.unit}\``,
      `\`${familyOf(name, instrument)}${instrument.kind === 'counter' ? '_total' : ''}\``,
      code([...instrument.names, ...instrument.facts]),
      instrument.description,
    ]);
    expect(tableOf(section(text, 'Metrics'))).toEqual(expected);
  });

  test('has the attribute of every label, and no other', () => {
    const [, labels = ''] = section(text, 'Metrics').split('Labels have short names');
    const told = tableOf(labels).map((cells) => cells.map((cell) => cell.replaceAll('`', '')));
    expect(told).toEqual(Object.entries(LABELS));
  });

  test('has the name of the channel', () => expect(text).toContain(`the channel \`${CHANNEL}\``));
});
