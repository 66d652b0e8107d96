import fc from 'fast-check';
import { expect, test } from 'vitest';
import { addDays, daysBetween } from '../model/day.ts';
import type { Window } from '../model/window.ts';
import type { Stream } from '../sources/port.ts';
import type { NewWindow } from '../store/port.ts';
import { createWindow } from '../store/rules/window-rules.ts';
import { planStream, type PlanInput } from './plan.ts';

const stream = { name: 'list', lagDays: 1, windowDays: 7 } as Stream;
const TODAY = '2026-05-17';

function plan(change: Partial<PlanInput> = {}): readonly NewWindow[] {
  return planStream({
    source: 's',
    stream,
    from: '2026-01-01',
    until: null,
    today: TODAY,
    existing: [],
    ...change,
  });
}

const made = (windows: readonly NewWindow[]): readonly Window[] => windows.map(createWindow);
const ranges = (windows: readonly NewWindow[]) => windows.map(({ from, to }) => `${from}..${to ?? ''}`);

test('a later end extends what was planned, and none at all brings the tail', () => {
  const first = made(plan({ from: '2026-03-01', until: '2026-03-08' }));
  expect(ranges(first)).toEqual(['2026-03-01..2026-03-08']);
  const second = plan({ from: '2026-03-01', until: '2026-03-20', existing: first });
  expect(ranges(second)).toEqual(['2026-03-13..2026-03-20', '2026-03-08..2026-03-13']);
  const existing = [...first, ...made(second)];
  const third = plan({ from: '2026-03-01', existing });
  expect(third.at(-1)).toMatchObject({ from: '2026-05-15', to: null, lane: 'tail' });
  expect(third.map(({ from }) => from).toSorted()[0]).toBe('2026-03-20');
  expect(plan({ from: '2026-03-01', existing: [...existing, ...made(third)] })).toEqual([]);
});

test('an earlier end, and a later beginning, delete nothing and plan nothing', () => {
  const existing = made(plan());
  expect(plan({ existing, until: '2026-02-01' })).toEqual([]);
  expect(plan({ existing, from: '2026-04-01' })).toEqual([]);
});

test('a day that is only being listed once more is covered by nothing else', () => {
  const existing = made(plan()).map((window) =>
    window.from <= '2026-02-01' && (window.to ?? '') > '2026-02-01'
      ? { ...window, lane: 'repair' as const }
      : window,
  );
  const [hole] = existing.filter(({ lane }) => lane === 'repair');
  expect(ranges(plan({ existing }))).toEqual([`${hole?.from ?? ''}..${hole?.to ?? ''}`]);
});

test('whatever exists, each day from the beginning on is covered once the plan is made, and none twice by it', () => {
  const day = fc.integer({ min: 0, max: 120 }).map((days) => addDays('2026-01-01', days));
  const range = fc.tuple(day, fc.integer({ min: 1, max: 20 }));
  fc.assert(
    fc.property(fc.array(range, { maxLength: 8 }), day, fc.option(day), (taken, from, until) => {
      const existing = made(
        taken.map(([begin, days]) => ({
          ...(plan()[0] as NewWindow),
          from: begin,
          to: addDays(begin, days),
        })),
      );
      const planned = made(plan({ existing, from, until }));
      const end = until !== null && until <= '2026-05-15' ? until : TODAY;
      for (let each = from; each < end; each = addDays(each, 1)) {
        const covering = (windows: readonly Window[]) =>
          windows.filter((window) => window.from <= each && (window.to === null || window.to > each)).length;
        expect(covering([...existing, ...planned])).toBeGreaterThan(0);
        expect(covering(planned)).toBeLessThanOrEqual(1);
      }
      for (const { from: begin, to } of planned)
        if (to !== null) expect(daysBetween(begin, to)).toBeLessThanOrEqual(stream.windowDays);
    }),
  );
});
