import { describe, expect, it } from 'vitest';
import { RestartModel } from './restart-model.ts';
import { runYear } from './year.ts';

/** A sample; `npm run year` runs whole years. */
const SEEDS = [7];
const DAYS = 20;
const TIMEOUT_MS = 120_000;

describe('twenty virtual days of one computer', () => {
  it.each(SEEDS)(
    'lose nothing and restart as the rule says, whatever happens (seed %i)',
    async (seed) => {
      const report = await runYear({ seed, days: DAYS });
      expect(report.findings, `npm run year -- --seed ${String(seed)} --days ${String(DAYS)}`).toEqual([]);
      expect(report.neverFired).toEqual([]);
      expect(report.sources.map(({ lost, duplicated }) => lost + duplicated)).toEqual([0, 0, 0]);
      expect(report.starts).toBeGreaterThan(10);
      expect(report.cooldowns).toBeGreaterThan(0);
    },
    TIMEOUT_MS,
  );
});

describe('the model of the restart rule', () => {
  const MINUTE = 60_000;

  it('allows what the rule says: at once, then a half to the whole of a doubled second', () => {
    const model = new RestartModel();
    model.begins(0, null);
    model.started(0);
    model.exited(1_000, 'crash');
    model.started(1_000);
    model.exited(2_000, 'crash');
    model.started(2_500);
    model.exited(3_000, 'crash');
    model.started(5_000);
    expect(model.findings).toEqual([]);
  });

  it('finds a start that is too early, too late, missing or uncalled for', () => {
    const early = new RestartModel();
    early.begins(0, 5 * MINUTE);
    early.started(4 * MINUTE);
    const late = new RestartModel();
    late.begins(0, null);
    late.started(10);
    const missing = new RestartModel();
    missing.begins(0, null);
    missing.look(MINUTE);
    const twice = new RestartModel();
    twice.begins(0, null);
    twice.started(0);
    twice.started(1);
    expect([early, late, missing, twice].map(({ findings }) => findings.length)).toEqual([1, 1, 1, 1]);
  });

  it('wants a cooldown after five exits within a minute', () => {
    const model = new RestartModel();
    model.begins(0, null);
    model.started(0);
    for (const [exit, start] of [
      [1_000, 1_000],
      [2_000, 3_000],
      [4_000, 6_000],
      [7_000, 11_000],
    ] as const) {
      model.exited(exit, 'crash');
      model.started(start);
    }
    model.exited(12_000, 'crash');
    model.started(20_000);
    expect(model.cooldowns).toBe(1);
    expect(model.findings).toHaveLength(1);
  });
});
