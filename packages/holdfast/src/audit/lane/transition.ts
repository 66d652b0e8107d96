import type { AuditRun } from '../../model/audit.ts';
import { addDays } from '../../model/day.ts';
import type { ClosedRange } from '../../sources/inventory.ts';
import { afterBlock, afterCount } from './after-count.ts';
import { afterDensity } from './after-density.ts';
import type { AuditEvent } from './event.ts';
import { progressOf, type SampleStep, type SweepStep, type WalkStep } from './progress.ts';
import { impossible, moved, textOf } from './moved.ts';
import { halvesOf } from './ranges.ts';
import { withUnproved } from './unproved.ts';
import { CONFIDENCE, upperBound } from './upper-bound.ts';

const DENSITY = { at: 'density', series: '', ended: false, again: [], batch: [], witnesses: [] } as const;

/** The one transition. @throws TypeError when the event is none of the step's */
export function transition(run: AuditRun, event: AuditEvent): AuditRun {
  const progress = { ...progressOf(run), failures: 0 };
  const { step } = progress;
  switch (step.at) {
    case 'sweep':
      return afterSweep({ ...run, progress }, step, event);
    case 'density':
      return afterDensity({ ...run, progress }, step, event);
    case 'counts':
      return afterCount({ ...run, progress }, step, event);
    case 'walk':
      return afterWalk({ ...run, progress }, step, event);
    case 'sample':
      return afterSample({ ...run, progress }, step, event);
    case 'repairs':
      return event.type === 'repaired' ? ended(run, event.left) : impossible(step, event);
    case 'ended':
      return impossible(step, event);
  }
}

function afterSweep(run: AuditRun, step: SweepStep, event: AuditEvent): AuditRun {
  const [range, ...rest] = step.todo;
  if (range === undefined) return impossible(step, event);
  if (event.type === 'failed') return narrowed(run, step, range, rest, event.why);
  if (event.type !== 'page') return impossible(step, event);
  const { page, missing } = event;
  const listed = step.before + page.records;
  const counted = { ...run, listed, missing: run.missing + missing };
  if (page.state === 'more') return moved(counted, { ...step, cursor: page.cursor });
  if (page.state === 'stuck') {
    if (page.narrow) return narrowed(counted, step, range, rest, page.why);
    return nextRange(withUnproved(counted, range), step, rest, listed, notListed(range, page.why));
  }
  if (page.short === null) return nextRange(counted, step, rest, listed);
  if (!step.again) return moved({ ...counted, listed: step.before }, { ...step, cursor: '', again: true });
  const doubt = `${textOf(range)}: the upstream announces ${String(page.short)} records and lists ${String(page.records)}, twice`;
  return nextRange(counted, step, rest, listed, doubt);
}

function narrowed(
  run: AuditRun,
  step: SweepStep,
  range: ClosedRange,
  rest: readonly ClosedRange[],
  why: string,
): AuditRun {
  const halves = halvesOf(range);
  if (halves === null)
    return nextRange(withUnproved(run, range), step, rest, step.before, notListed(range, why));
  return moved(
    { ...run, listed: step.before },
    { ...step, todo: [...halves, ...rest], cursor: '', again: false },
  );
}

function notListed(range: ClosedRange, why: string): string {
  return `${textOf(range)} could not be listed: ${why}`;
}

function nextRange(
  run: AuditRun,
  step: SweepStep,
  todo: readonly ClosedRange[],
  before: number,
  doubt?: string,
): AuditRun {
  if (todo.length > 0) return moved(run, { ...step, todo, cursor: '', again: false, before }, doubt);
  const dense = run.methods.includes('density');
  return moved(run, dense ? DENSITY : { at: 'repairs' }, doubt);
}

function afterWalk(run: AuditRun, step: WalkStep, event: AuditEvent): AuditRun {
  if (event.type === 'failed') return notWalked(run, step, event.why);
  if (event.type !== 'page') return impossible(step, event);
  const { page, missing } = event;
  const found = step.found + missing;
  const counted = { ...run, missing: run.missing + missing };
  if (page.state === 'more') return moved(counted, { ...step, cursor: page.cursor, found });
  const listed = { ...counted, listed: counted.listed + page.records };
  if (page.state === 'stuck') return notWalked(listed, { ...step, found }, page.why);
  const { back } = step;
  return back.at === 'counts'
    ? afterBlock(listed, { ...back, found: back.found + found })
    : nextDay(...drawn(listed, back, found));
}

/**
 * Nothing is proved of the days: they must neither be remembered as settled nor, unless something was found on the way,
 * count as a drawn day that lacked nothing.
 */
function notWalked(run: AuditRun, { back, stream, range, found }: WalkStep, why: string): AuditRun {
  const doubt = `${stream} ${textOf(range)} could not be walked: ${why}`;
  if (back.at === 'counts') {
    const doubted = moved(withUnproved(run, range), back, doubt);
    return afterBlock(doubted, { ...back, found: back.found + found + 1 });
  }
  const doubted = moved(run, back, doubt);
  if (found > 0) return nextDay(...drawn(doubted, back, found));
  return nextDay(doubted, { ...back, todo: (back.todo ?? []).slice(1) });
}

/** A drawn day counts, with what it says of all the others. */
function drawn(run: AuditRun, back: SampleStep, found: number): [AuditRun, SampleStep] {
  const chosen = back.chosen + 1;
  const failed = back.failed + (found > 0 ? 1 : 0);
  const { population } = back;
  const atMost = upperBound(failed, chosen, population);
  const sample = { population, chosen, failed, confidence: CONFIDENCE, atMost };
  return [
    { ...run, sample },
    { ...back, todo: (back.todo ?? []).slice(1), chosen, failed },
  ];
}

function nextDay(run: AuditRun, step: SampleStep): AuditRun {
  const next = step.todo?.[0];
  if (next === undefined) return moved(run, { at: 'repairs' });
  const range = { from: next.day, to: addDays(next.day, 1) };
  return moved(run, { at: 'walk', stream: next.stream, range, cursor: '', found: 0, back: step });
}

function afterSample(run: AuditRun, step: SampleStep, event: AuditEvent): AuditRun {
  if (event.type !== 'drawn') return impossible(step, event);
  return nextDay(run, { ...step, todo: event.todo, population: event.population });
}

/** How it ended, in a sentence. */
function ended(run: AuditRun, left: number): AuditRun {
  const { doubts } = progressOf(run);
  const asked = `${String(run.listed)} records were listed or counted`;
  const probed = run.probed === 0 ? '' : `, ${String(run.probed)} numbers asked for by themselves`;
  const missing =
    run.missing === 0
      ? 'nothing was missing'
      : `${String(run.missing)} were missing, ${left === 0 ? 'all of them are here now' : `${String(left)} still are`}`;
  const doubted = doubts.length === 0 ? '' : `; not proved: ${doubts.join('; ')}`;
  return { ...moved(run, { at: 'ended' }), state: 'ended', note: `${asked}${probed}; ${missing}${doubted}` };
}
