import { describe, expect, test } from 'vitest';
import { isHonest } from './verdict.ts';

const QUIET = { kind: 'oai-pmh', restamp: 0, clockSkewMs: 0 } as const;

function honest(...faults: string[]): boolean {
  return isHonest({ ...QUIET, faults });
}

describe('a first look has to be complete by itself', () => {
  test('where answers are only withheld or damaged, for however long', () => {
    expect(honest('503-retry-after@2x12', 'body-cut-valid@1x12')).toBe(true);
  });

  test('where a list ends falsely up to three times in all', () => {
    expect(honest('empty-page-with-empty-token@2x3')).toBe(true);
    expect(honest('empty-page-with-empty-token@2x2', 'null-token@1', '500@1x4')).toBe(true);
  });

  test('not where a list ends falsely so often that two doubtful ends agree', () => {
    expect(honest('empty-page-with-empty-token@2x4')).toBe(false);
    expect(honest('empty-page-with-empty-token@2x2', 'no-records-match-mid-list@1x2')).toBe(false);
  });

  test('not where answers lie, records move, or a clock is wrong', () => {
    expect(honest('omitted-range@1')).toBe(false);
    expect(isHonest({ ...QUIET, faults: [], restamp: 1 })).toBe(false);
    expect(isHonest({ ...QUIET, faults: [], clockSkewMs: 86_400_000 })).toBe(false);
  });
});
