import { memoryState } from '@holdfast/resilience/state';
import { seededRandom, VirtualClock } from '@holdfast/resilience/clock';
import { describe, expect, test } from 'vitest';
import { requestPolicies, serviceCircuit } from '../../src/engine/request-policy.ts';
import { Pauses } from '../../src/ingest/pauses.ts';
import { mostToDead, mostToRefusing, mostToThrottling } from './request-bound.ts';
import { harvestVirtually } from './virtual-harvest.ts';

const HOUR = 3_600_000;
const KINDS = ['oai-pmh', 'arxiv', 'biorxiv'] as const;
const DEAD = ['500', 'tcp-reset', 'never-answers', 'empty-200', 'html-200', 'gzip-truncated'] as const;
const COOLDOWN = 60_000;

const clock = new VirtualClock();
const any = { name: 'any', clock, random: seededRandom(1) };
const { policy } = requestPolicies({
  ...any,
  circuit: serviceCircuit({
    ...any,
    state: memoryState(),
  }),
  onEvent: () => undefined,
  pauses: new Pauses(clock),
});
const circuit = policy.describe();

test('the bounds are those that the documentation states', () => {
  expect({
    firstHour: mostToDead(circuit, HOUR),
    firstDay: mostToDead(circuit, 24 * HOUR),
    throttling: mostToThrottling(COOLDOWN, HOUR),
  }).toEqual({ firstHour: 25, firstDay: 301, throttling: 6 });
});

const REFUSING = ['404'] as const;

describe.each(KINDS)('a dead upstream of kind %s', (kind) => {
  test.each(DEAD)('gets within an hour no more requests than the bound: %s', async (fault) => {
    const harvest = harvestVirtually({ kind, faults: [`any:${fault}@1x*`] });
    await harvest.clock.advance(HOUR);
    const requests = harvest.visits();
    expect(requests.length).toBeGreaterThan(3);
    expect(requests.every((visit) => visit.fault === fault)).toBe(true);
    expect(requests.length).toBeLessThanOrEqual(mostToDead(circuit, HOUR));
    expect(harvest.watch.findings).toEqual([]);
    await harvest.stop();
  });

  test.each(REFUSING)('gets three requests for each window when it refuses them: %s', async (fault) => {
    const harvest = harvestVirtually({ kind, faults: [`any:${fault}@1x*`] });
    await harvest.clock.advance(HOUR);
    const requests = harvest.visits();
    expect(requests.length).toBeGreaterThan(3);
    expect(requests.every((visit) => visit.fault === fault)).toBe(true);
    expect(requests.length).toBeLessThanOrEqual(mostToRefusing(await harvest.windows(), HOUR));
    await harvest.stop();
  });

  test('that dies in the middle of a list gets no more than the bound either', async () => {
    const harvest = harvestVirtually({ kind, faults: ['any:500@3x*'] });
    while (harvest.visits().every(({ fault }) => fault === null)) await harvest.clock.runNext();
    await harvest.clock.advance(HOUR);
    const failed = harvest.visits().filter(({ fault }) => fault !== null);
    expect(failed.length).toBeGreaterThan(6);
    expect(failed.length).toBeLessThanOrEqual(mostToDead(circuit, HOUR));
    await harvest.stop();
  });

  test('is harvested to the end once it lives again', async () => {
    const harvest = harvestVirtually({ kind, faults: ['any:500@1x*'], once: true });
    await harvest.clock.advance(HOUR);
    harvest.upstream.disarm();
    expect(await harvest.finish()).toBe(true);
    expect(harvest.watch.findings).toEqual([]);
  });

  test('that throttles without naming a time is asked ever more rarely', async () => {
    const harvest = harvestVirtually({ kind, faults: ['any:429@1x*'], cooldownMs: COOLDOWN });
    await harvest.clock.advance(HOUR);
    const requests = harvest.visits().length;
    expect(requests).toBeGreaterThan(3);
    expect(requests).toBeLessThanOrEqual(mostToThrottling(COOLDOWN, HOUR));
    await harvest.stop();
  });
});
