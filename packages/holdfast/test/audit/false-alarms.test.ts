import { expect, test } from 'vitest';
import { playAudit } from './play-audit.ts';

const SEEDS = process.env['HOLDFAST_TEST_FULL'] === '1' ? 1_000 : 16;

test('audits of random harvests under random faults raise no false alarm and overlook nothing', async () => {
  const fired = new Set<string>();
  for (let seed = 1; seed <= SEEDS; seed += 1) {
    const played = await playAudit(seed);
    for (const name of played.fired) fired.add(name);
    expect([`seed ${String(seed)} (${played.kind})`, played.alarms]).toEqual([
      `seed ${String(seed)} (${played.kind})`,
      [],
    ]);
  }
  expect(fired.size).toBeGreaterThan(10);
}, 600_000);
