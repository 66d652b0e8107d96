import { expect, test } from 'vitest';
import { SLOT_MS, SLOTS_PER_DAY } from '../../model/timeline.ts';
import { TimelineRecorder } from './recorder.ts';

const MIDNIGHT = Date.UTC(2026, 4, 18);
const slots = (text: string): string => text.padEnd(SLOTS_PER_DAY, '.');

test('a slot keeps the worst that it saw; what is unchanged is not taken again', () => {
  const recorder = new TimelineRecorder();
  recorder.note('a', 'ok', MIDNIGHT);
  recorder.note('a', 'waiting', MIDNIGHT + 1_000);
  recorder.note('a', 'ok', MIDNIGHT + 2_000);
  recorder.note('a', 'ok', MIDNIGHT + SLOT_MS);
  expect(recorder.take(MIDNIGHT)).toEqual([{ source: 'a', day: '2026-05-18', slots: slots('wo') }]);
  recorder.note('a', 'ok', MIDNIGHT + SLOT_MS);
  expect(recorder.take(MIDNIGHT)).toEqual([]);
});

test('slots that were slept through are told so over midnight; those without an engine stay unknown', () => {
  const recorder = new TimelineRecorder();
  recorder.note('a', 'ok', MIDNIGHT - SLOT_MS);
  recorder.slept(['a'], MIDNIGHT - SLOT_MS / 2, MIDNIGHT + 1.5 * SLOT_MS);
  recorder.note('a', 'catching-up', MIDNIGHT + 1.5 * SLOT_MS);
  recorder.note('a', 'ok', MIDNIGHT + 4 * SLOT_MS);
  const [before, after] = recorder.take(MIDNIGHT);
  expect(before?.slots).toBe('z'.padStart(SLOTS_PER_DAY, '.'));
  expect(after?.slots).toBe(slots('zz..o'));
});

test('what was written before goes on; what could not be written is taken again', () => {
  const recorder = new TimelineRecorder();
  recorder.note('a', 'ok', MIDNIGHT + SLOT_MS);
  recorder.load([
    { source: 'a', day: '2026-05-18', slots: slots('o') },
    { source: 'a', day: '2026-01-01', slots: 'o'.repeat(24) },
  ]);
  const taken = recorder.take(MIDNIGHT);
  expect(taken).toEqual([{ source: 'a', day: '2026-05-18', slots: slots('oo') }]);
  recorder.giveBack(taken);
  expect(recorder.take(MIDNIGHT)).toEqual(taken);
});
