import { expect, test } from 'vitest';
import { exampleReport, exampleSource } from '../status/testing/example-report.ts';
import { readiness } from './readiness.ts';

const late = { lagSeconds: 1, stalenessSeconds: 1, targetSeconds: 1, late: true };

test('a running engine whose sources are on time and can store is ready', () => {
  expect(readiness(exampleReport())).toEqual({ ready: true, reasons: [] });
});

test.for([
  ['cannot store', { id: 'a', waitsForDisk: true, reason: 'no room' }, 'a cannot store: no room'],
  ['is late', { id: 'a', freshness: late, reason: 'nothing newer' }, 'a is late: nothing newer'],
] as const)('a source that %s makes it not ready, and is named', ([, change, reason]) => {
  expect(readiness({ ...exampleReport(), sources: [exampleSource(change)] })).toEqual({
    ready: false,
    reasons: [reason],
  });
});
