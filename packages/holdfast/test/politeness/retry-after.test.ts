import { describe, expect, test } from 'vitest';
import { harvestVirtually, type Visit } from './virtual-harvest.ts';

const INTERVAL = 3_000;
const COOLDOWN = 90_000;
const DAY = 86_400_000;
const KINDS = ['oai-pmh', 'arxiv', 'biorxiv'] as const;

/** The pauses after the answers on which the fault fired, in ms. */
function pausesAfter(visits: readonly Visit[], fault: string): readonly number[] {
  return visits.flatMap((visit, index) => {
    const next = visits[index + 1];
    return visit.fault === fault && next ? [next.arrivedAt - visit.endedAt] : [];
  });
}

async function harvestWith(
  kind: (typeof KINDS)[number],
  fault: string,
  retryAfter = 1,
): Promise<readonly Visit[]> {
  const harvest = harvestVirtually({
    kind,
    retryAfter,
    once: true,
    intervalMs: INTERVAL,
    cooldownMs: COOLDOWN,
    faults: [`${fault}@2x2`],
  });
  expect(await harvest.finish()).toBe(true);
  expect(harvest.upstream.pending()).toEqual([]);
  expect(harvest.watch.findings).toEqual([]);
  return harvest.visits();
}

describe.each(KINDS)('towards %s', (kind) => {
  test.each(['429-retry-after', '429-retry-after-date', '503-retry-after', '503-retry-after-date'])(
    'a Retry-After of 20 minutes is kept to the second: %s',
    async (fault) => {
      const pauses = pausesAfter(await harvestWith(kind, fault, 1_200), fault);
      expect(pauses).toHaveLength(2);
      // A date has no fractions of a second.
      for (const pause of pauses) expect(pause).toBeGreaterThanOrEqual(1_199_000);
      for (const pause of pauses) expect(pause).toBeLessThan(1_320_000);
    },
  );

  test.each(['429', 'retry-after-garbage', 'retry-after-negative', 'throttle-body-200'])(
    'a throttle that names no time is followed by the cool-down, which grows: %s',
    async (fault) => {
      const [first = 0, second = 0, ...more] = pausesAfter(await harvestWith(kind, fault), fault);
      expect(first).toBeGreaterThanOrEqual(COOLDOWN);
      expect(second).toBeGreaterThanOrEqual(2 * COOLDOWN);
      expect(more).toEqual([]);
    },
  );

  test('a Retry-After in the past still leaves the interval', async () => {
    const pauses = pausesAfter(await harvestWith(kind, 'retry-after-date-past'), 'retry-after-date-past');
    expect(pauses).toHaveLength(2);
    for (const pause of pauses) expect(pause).toBeGreaterThanOrEqual(INTERVAL);
  });

  test('a Retry-After of thirty years parks the source for a day, shows the raw value and sends one probe', async () => {
    const harvest = harvestVirtually({ kind, intervalMs: INTERVAL, faults: ['retry-after-huge@2x*'] });
    await harvest.clock.advance(DAY / 2);
    const before = harvest.visits().length;
    await harvest.clock.advance(DAY);
    const after = harvest.visits();
    expect(after.length - before).toBe(1);
    for (const pause of pausesAfter(after, 'retry-after-huge')) expect(pause).toBeGreaterThanOrEqual(DAY);
    expect(JSON.stringify(harvest.events.filter((event) => event.kind === 'wait'))).toContain('1000000000');
    await harvest.stop();
  });
});
