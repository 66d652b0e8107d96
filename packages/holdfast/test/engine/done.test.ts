import { expect, test } from 'vitest';
import { sentenceOf } from '../../src/cli/run/sentence.ts';
import { harvestVirtually } from '../politeness/virtual-harvest.ts';

async function endOf(faults: readonly string[]): Promise<string> {
  const harvest = harvestVirtually({ kind: 'oai-pmh', faults, once: true });
  expect(await harvest.finish()).toBe(true);
  const done = harvest.events.find(({ kind }) => kind === 'done');
  return done === undefined ? '' : (sentenceOf(done) ?? '');
}

test('who has caught up with everything says only that', async () => {
  expect(await endOf([])).toBe('source: caught up.');
});

test('who has caught up but for gaps says how many', async () => {
  expect(await endOf(['any:404@1x*'])).toMatch(/^source: caught up, but \d+ gaps are open\.$/);
});
