import { expect, test } from 'vitest';
import { harvestVirtually } from './virtual-harvest.ts';

const INTERVAL = 3_000;
/** A clean harvest may take this much longer than its own requests need at the polite interval. */
const ALLOWANCE = 1.3;

test.each(['oai-pmh', 'arxiv', 'biorxiv'] as const)(
  'a clean harvest of %s takes at most 1.3 times the polite minimum',
  async (kind) => {
    const harvest = harvestVirtually({ kind, once: true, records: 400, pageSize: 20, intervalMs: INTERVAL });
    expect(await harvest.finish()).toBe(true);
    const visits = harvest.visits();
    const [first, last] = [visits.at(0), visits.at(-1)];
    const elapsed = (last?.endedAt ?? NaN) - (first?.arrivedAt ?? NaN);
    const minimum = (visits.length - 1) * INTERVAL;
    expect(visits.length).toBeGreaterThan(10);
    expect(harvest.watch.findings).toEqual([]);
    expect(elapsed / minimum).toBeGreaterThanOrEqual(1);
    expect(elapsed / minimum).toBeLessThanOrEqual(ALLOWANCE);
  },
);
