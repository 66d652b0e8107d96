import { addDays, daysBetween, type Day } from '../model/day.ts';
import type { Window } from '../model/window.ts';
import type { Stream } from '../sources/port.ts';
import type { NewWindow } from '../store/port.ts';
import { tailWindow } from './windows.ts';

/** A wrong local clock may be a day ahead: the first tail begins a day earlier than it need. */
const CLOCK_MARGIN_DAYS = 1;

/** What decides which windows a stream has. */
export interface PlanInput {
  readonly source: string;
  readonly stream: Stream;
  /** First day wanted. */
  readonly from: Day;
  /** Last day wanted (exclusive), for a source that was given an end; null = for ever. */
  readonly until: Day | null;
  readonly today: Day;
  readonly existing: readonly Window[];
}

/**
 * The windows that are missing for a stream: the days from `from` on that no window covers, cut into windows, up to the
 * tail, or to the end that is wanted. An earlier `from` and a later `until` extend the history; the other way round
 * nothing is deleted.
 */
export function planStream(input: PlanInput): readonly NewWindow[] {
  const { stream, from, today, until } = input;
  // What is listed once more is covered by another window, or was.
  const existing = input.existing.filter(
    ({ stream: name, lane }) => name === stream.name && lane !== 'repair',
  );
  const [tail] = existing.filter(({ to }) => to === null).toSorted(byFrom);
  if (tail !== undefined) return missing(input, from, tail.from, existing);
  const tailFrom = later(addDays(today, -(stream.lagDays + CLOCK_MARGIN_DAYS)), from);
  if (until !== null && until <= tailFrom) return missing(input, from, until, existing);
  return [
    ...missing(input, from, tailFrom, existing),
    tailWindow({ source: input.source, stream: stream.name }, tailFrom),
  ];
}

/** Windows for those days of the half-open range that none of the existing ones covers. */
function missing(input: PlanInput, from: Day, to: Day, existing: readonly Window[]): readonly NewWindow[] {
  const planned: NewWindow[] = [];
  let next = from;
  for (const window of existing.toSorted(byFrom)) {
    if (window.from >= to) break;
    planned.push(...history(input, next, window.from));
    next = later(next, window.to ?? to);
  }
  return [...planned, ...history(input, next, to)];
}

function byFrom(a: Window, b: Window): number {
  return a.from < b.from ? -1 : 1;
}

/** Windows of at most `windowDays` over the half-open range, counted back from its end. */
function history(input: PlanInput, from: Day, to: Day): readonly NewWindow[] {
  const windows: NewWindow[] = [];
  for (let end = to; end > from;) {
    const start = later(addDays(end, -input.stream.windowDays), from);
    const window = tailWindow({ source: input.source, stream: input.stream.name }, start);
    windows.push({ ...window, to: end, lane: 'backfill' });
    end = start;
  }
  return windows;
}

function later(a: Day, b: Day): Day {
  return daysBetween(a, b) > 0 ? b : a;
}

const RELATIVE = /^(\d+)d$/;

/** The first day that a `from` setting means: `30d`, a date, or `all`. */
export function resolveFrom(from: string, today: Day, earliest: Day | null): Day {
  const relative = RELATIVE.exec(from)?.[1];
  const day = relative === undefined ? from : addDays(today, -Number(relative));
  if (day === 'all') return earliest ?? '1990-01-01';
  return earliest !== null && day < earliest ? earliest : day;
}
