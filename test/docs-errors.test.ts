import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { StopReason } from '../packages/resilience/src/policy/pipeline/failure.ts';
import { root } from '../tools/lint/resolve-import.ts';
import { errorCodes } from './error-codes.ts';
import { section, tableOf } from './markdown.ts';

const text = readFileSync(join(root, 'docs/resilience/errors.md'), 'utf8');

// Has every member of the union and no other, or does not compile.
const REASONS: Readonly<Record<StopReason, true>> = {
  'not-retryable': true,
  'attempts-exhausted': true,
  deadline: true,
  'retry-after-too-long': true,
  'retry-budget-exhausted': true,
  'circuit-open': true,
  'before-failed': true,
  stopped: true,
  'bulkhead-full': true,
  'rate-limited': true,
  'part-failed': true,
  aborted: true,
};

describe('docs/resilience/errors.md', () => {
  test('has every reason for which a run ends, and no other', () => {
    const told = tableOf(section(text, 'Why a run ended')).map(([reason]) => reason);
    expect(told).toEqual(Object.keys(REASONS).map((reason) => `\`${reason}\``));
  });

  test('has every code of the sources with its hints, and no other', () => {
    const told = section(text, 'Codes')
      .split(/^### /m)
      .flatMap((part) => tableOf(part))
      .map(([code = '', means = '', hint = '']) => ({ code: code.replaceAll('`', ''), means, hint }))
      .toSorted((a, b) => (a.code < b.code ? -1 : 1));
    const expected = errorCodes();
    expect(told.map(({ code }) => code)).toEqual(expected.map(({ code }) => code));
    for (const [index, { hints }] of expected.entries()) {
      const { means, hint } = told[index] ?? { means: '', hint: '' };
      expect(means).not.toBe('');
      // A hint that is made elsewhere than beside its code is told all the same.
      if (hints.length === 0) expect(hint).not.toBe('');
      else expect(hint).toBe(hints.join(' / '));
    }
  });
});
