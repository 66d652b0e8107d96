import type { AuditRun } from '../../model/audit.ts';
import type { ClosedRange } from '../../sources/inventory.ts';
import type { AuditEvent } from './event.ts';
import { progressOf, type CountsStep } from './progress.ts';
import { halvesOf } from './ranges.ts';
import { impossible, moved, textOf } from './moved.ts';
import { withUnproved } from './unproved.ts';

/** What becomes of an audit when the upstream has said what an interval holds. */
export function afterCount(run: AuditRun, step: CountsStep, event: AuditEvent): AuditRun {
  const range = step.todo[0] ?? step.blocks[0];
  if (range === undefined) return impossible(step, event);
  if (event.type === 'failed') return withoutCount(run, step, range, event.why);
  if (event.type !== 'counted') return impossible(step, event);
  if (event.beyond && !step.plain) return moved(run, { ...step, plain: true });
  const whole = step.todo.length === 0;
  const { rows, first, storedRows, storedFirst } = event;
  const said = [rows, first, storedRows, storedFirst].join('/');
  const begun = { ...step, plain: false, ...(whole ? { said, found: 0 } : {}) };
  if (rows === null) return withoutCount(run, begun, range, 'the upstream does not say what it holds');
  const enough = rows <= storedRows && (first ?? 0) <= storedFirst;
  const known = whole && progressOf(run).settled[keyOf(range)] === said;
  if (enough || known) return afterBlock({ ...run, listed: run.listed + rows }, begun);
  const halves = rows <= event.walkRows ? null : halvesOf(range);
  if (halves !== null) return moved(run, { ...begun, todo: [...halves, ...begun.todo.slice(1)] });
  const walk = { at: 'walk', stream: event.stream, range, cursor: '', found: 0, back: begun } as const;
  return moved(run, walk);
}

function withoutCount(run: AuditRun, step: CountsStep, range: ClosedRange, why: string): AuditRun {
  const halves = halvesOf(range);
  const begun = { ...step, plain: false };
  if (halves !== null) return moved(run, { ...begun, todo: [...halves, ...begun.todo.slice(1)] });
  // An interval that is never counted must not be taken for settled.
  const doubted = moved(withUnproved(run, range), step, `${textOf(range)} could not be counted: ${why}`);
  return afterBlock(doubted, { ...begun, found: begun.found + 1 });
}

/** The part in hand is done, and with the last part its block. */
export function afterBlock(run: AuditRun, step: CountsStep): AuditRun {
  const todo = step.todo.slice(1);
  if (todo.length > 0) return moved(run, { ...step, todo });
  const [block, ...blocks] = step.blocks;
  const progress = progressOf(run);
  const differs = step.said !== '' && step.found === 0 && block !== undefined && !agrees(step.said);
  const settled = differs ? { ...progress.settled, [keyOf(block)]: step.said } : progress.settled;
  const after = { ...run, progress: { ...progress, settled } };
  if (blocks.length > 0)
    return moved(after, { at: 'counts', blocks, said: '', found: 0, todo: [], plain: false });
  return moved(after, { at: 'sample', todo: null, population: 0, chosen: 0, failed: 0 });
}

/** No more is announced than is stored: there is nothing to remember. */
function agrees(said: string): boolean {
  const [rows = 0, first = 0, storedRows = 0, storedFirst = 0] = said.split('/').map(Number);
  return rows <= storedRows && first <= storedFirst;
}

function keyOf({ from, to }: ClosedRange): string {
  return `${from}..${to}`;
}
