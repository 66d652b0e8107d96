import { expect, test } from 'vitest';
import { judged } from '../drill/levels/simulation/by-seed.ts';
import type { Sums } from '../drill/levels/simulation/sums.ts';

const CLEAN: Sums = {
  seeds: 400,
  tookMs: 2_000,
  crashes: 200,
  faults: 1_500,
  requests: 6_000,
  invalid: 0,
  violations: [],
  unsure: [],
};

function broken(seed: number, what: string): Sums['violations'][number] {
  return { seed, kind: 'arxiv', what, faults: ['500@1'] };
}

test('histories that hold every invariant recover, and are counted', () => {
  const played = judged(CLEAN);
  expect(played).toMatchObject({
    injected: 1_700,
    wanted: 1,
    traffic: 6_000,
    lost: 0,
    duplicated: 0,
    unexpected: 0,
    recovered: true,
    checks: [],
    counts: { seeds: 400 },
  });
});

test('a finding is told with its seed and the command that plays it alone', () => {
  const played = judged({
    ...CLEAN,
    invalid: 2,
    violations: [broken(17, 'lost 3: a, b, c'), broken(40, 'duplicated a version 1')],
  });
  expect(played).toMatchObject({ wanted: 0, lost: 3, duplicated: 1, unexpected: 0, recovered: false });
  expect(played.checks).toHaveLength(2);
  expect(played.checks?.[0]).toMatchObject({ ok: false, seen: 'lost 3: a, b, c' });
  expect(played.checks?.[0]?.what).toContain("holdfast drill --only 'simulation by seed' --seed 17");
});

test('what hardly occurred leaves the row without a verdict', () => {
  const played = judged({ ...CLEAN, unsure: ['same-token'] });
  expect(played.wanted ?? 0).toBeGreaterThan(played.injected);
  expect(played.checks?.[0]).toMatchObject({ ok: false, seen: 'not so: same-token' });
});
