import { expect, test } from 'vitest';
import type { AuditRun } from '../../model/audit.ts';
import { afterCount } from './after-count.ts';
import { progressOf, type AuditStep, type CountsStep, type SampleStep } from './progress.ts';
import { transition } from './transition.ts';
import { withUnproved } from './unproved.ts';

const DAY = { from: '2026-01-05', to: '2026-01-06' };
const FAILED = { type: 'failed', why: 'HTTP 500' } as const;
const STUCK = { type: 'page', missing: 0, page: pageThatIsStuck() } as const;

test.each([
  ['that failed', FAILED],
  ['that got stuck', STUCK],
])('a surplus whose walk %s is no settled one, and the next audit walks it again', (_, event) => {
  const counted = { type: 'counted', rows: 50, first: 50, storedRows: 40, storedFirst: 40 } as const;
  const asked = { ...counted, stream: 'list', walkRows: 100, beyond: false };
  const walking = afterCount(runAt(countsOf(DAY)), countsOf(DAY), asked);
  const after = transition(walking, event);
  expect(progressOf(after)).toMatchObject({ settled: {}, doubts: [expect.stringContaining('HTTP 500')] });
  expect(after.unproved).toEqual([DAY]);
  const next = afterCount(runAt(countsOf(DAY), after), countsOf(DAY), asked);
  expect(progressOf(next).step).toMatchObject({ at: 'walk', range: DAY });
});

test('a drawn day that could not be walked says nothing of the others, one in which something was found does', () => {
  const back: SampleStep = {
    at: 'sample',
    todo: [
      { stream: 'list', day: '2026-01-05' },
      { stream: 'list', day: '2026-01-09' },
    ],
    population: 20,
    chosen: 0,
    failed: 0,
  };
  const walk = { at: 'walk', stream: 'list', range: DAY, cursor: '', found: 0, back } as const;
  const failed = transition(runAt(walk), FAILED);
  expect(failed.sample).toBeNull();
  expect(progressOf(failed).step).toMatchObject({ at: 'walk', range: { from: '2026-01-09' } });
  const both = transition(failed, STUCK);
  expect(both.sample).toBeNull();
  expect(progressOf(both).step).toEqual({ at: 'repairs' });
  const found = transition(runAt({ ...walk, found: 2 }), FAILED);
  expect(found.sample).toMatchObject({ chosen: 1, failed: 1, atMost: 1 });
});

test('a day that could be neither listed nor counted is unproved, and the audit says so of no other', () => {
  const sweep = { at: 'sweep', todo: [DAY], cursor: '', again: false, before: 0 } as const;
  expect(transition(runAt(sweep), FAILED).unproved).toEqual([DAY]);
  expect(transition(runAt(sweep), STUCK).unproved).toEqual([DAY]);
  const uncounted = transition(runAt(countsOf(DAY)), FAILED);
  expect(uncounted.unproved).toEqual([DAY]);
});

test('unproved days are kept as few ranges, however many there are', () => {
  const none = runAt({ at: 'repairs' });
  const next = { from: '2026-01-06', to: '2026-01-07' };
  const later = { from: '2026-02-01', to: '2026-02-02' };
  const some = [later, DAY, next, DAY].reduce(withUnproved, none);
  expect(some.unproved).toEqual([{ from: '2026-01-05', to: '2026-01-07' }, later]);
  const years = Array.from({ length: 101 }, (_, year) => ({
    from: `${String(1900 + year)}-01-01`,
    to: `${String(1900 + year)}-01-02`,
  }));
  expect(years.reduce(withUnproved, none).unproved).toEqual([{ from: '1900-01-01', to: '2000-01-02' }]);
});

function countsOf(block: typeof DAY): CountsStep {
  return { at: 'counts', blocks: [block], said: '', found: 0, todo: [], plain: false };
}

function runAt(step: AuditStep, before?: AuditRun): AuditRun {
  const settled = before === undefined ? {} : progressOf(before).settled;
  const progress = { holes: {}, doubts: [], settled, step };
  return { listed: 0, missing: 0, probed: 0, methods: [], sample: null, progress } as unknown as AuditRun;
}

function pageThatIsStuck() {
  return { state: 'stuck', records: 3, why: 'HTTP 500', narrow: false, cursor: '', short: null } as const;
}
