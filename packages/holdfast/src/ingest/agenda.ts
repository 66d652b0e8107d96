import { addDays, dayOf, type Day } from '../model/day.ts';
import type { AuditStanding } from '../audit/port.ts';
import type { Gap } from '../model/gap.ts';
import { NO_VERSION, type Window } from '../model/window.ts';
import { LISTED_AGAIN } from './repair.ts';
import type { Source } from '../sources/port.ts';

/** What a source does next. */
export type Job =
  | { readonly type: 'look'; readonly window: Window; readonly lane: Window['lane'] }
  | { readonly type: 'repair'; readonly gaps: readonly Gap[] }
  | { readonly type: 'sweep'; readonly window: Window }
  | { readonly type: 'audit' }
  | {
      readonly type: 'wait';
      readonly until: number | null;
      readonly why: 'poll' | 'gap' | 'confirm';
      readonly caughtUp: boolean;
    };

/** A gap that is due later than this is not waited for by a run that is to end: it is visible, and stays. */
const PATIENCE_MS = 60_000;

/** Everything that the decision depends on. */
export interface AgendaView {
  readonly source: Source;
  readonly windows: readonly Window[];
  readonly gaps: readonly Gap[];
  readonly now: number;
  /** The server's day as far as known. */
  readonly today: Day;
  /** When this engine began, wall ms: a tail that was walked since then is caught up. */
  readonly startedAt: number;
  /** Windows that were looked at since then, whatever the wall clock did meanwhile. */
  readonly looked: ReadonlySet<string>;
  /** Windows that others go before for now, and until when (wall ms). */
  readonly avoided: ReadonlyMap<string, number>;
  /** How its audits stand; left out: there are none. */
  readonly audit?: AuditStanding;
}

const SWEEP_EVERY_MS = 20 * 3_600_000;
/** Versions that the upstream does not tell are asked for again so often, by the window's tries in all, and so seldom. */
const VERSIONS = { tries: 12, everyMs: 7 * 24 * 3_600_000 };

/** Picks by lane: the newest, repairs, an audit that is under way, due second looks, then history from the newest to the oldest, then sweeps. */
export function nextJob(all: AgendaView): Job {
  // With nothing else to do, what failed is tried again: its own pause, which grows, is over by now.
  const job = pick(all, all.avoided) ?? pick(all, deadly(all)) ?? waiting(all);
  // An audit begins only when nothing is owed: what is still to be harvested is not missing.
  if (job.type === 'wait' && job.caughtUp && all.audit?.due === true) return { type: 'audit' };
  return job;
}

/** As `nextJob`, of a source that is only audited and, if wanted, repaired. */
export function nextAuditJob(all: AuditView): Job {
  const repair = (avoided: AgendaView['avoided']): Job | null =>
    all.repairs ? repairs(without(all, avoided)) : null;
  const job = repair(all.avoided) ?? audits(all) ?? repair(deadly(all));
  if (job !== null) return job;
  const { underWay = false, nextAt = null } = all.audit ?? {};
  return { type: 'wait', until: underWay ? nextAt : null, why: 'poll', caughtUp: !underWay };
}

/** What an audit without a harvest depends on. */
export interface AuditView extends AgendaView {
  readonly repairs: boolean;
}

function pick(all: AgendaView, avoided: AgendaView['avoided']): Job | null {
  const view = without(all, avoided);
  const tail = view.windows.find(
    (window) => window.lane === 'tail' && (isDue(window, view) || !walkedSinceStart(window, view)),
  );
  if (tail) return { type: 'look', window: tail, lane: 'tail' };
  return repairs(view) ?? audits(view) ?? looks(view) ?? sweeps(view);
}

function without(all: AgendaView, avoided: AgendaView['avoided']): AgendaView {
  return { ...all, windows: all.windows.filter(({ key }) => !avoided.has(key)) };
}

/** Windows on whose page engines died: their turn comes by another rule. */
function deadly({ avoided }: AgendaView): AgendaView['avoided'] {
  return new Map([...avoided].filter(([, until]) => until === Number.POSITIVE_INFINITY));
}

function isDue({ nextAt }: { readonly nextAt: number | null }, { now }: AgendaView): boolean {
  return nextAt === null || nextAt <= now;
}

/** A tail is walked when it waits for its next poll and its last look ended after the start. */
function walkedSinceStart(tail: Window, view: AgendaView): boolean {
  if (tail.state === 'GAP') return true;
  return tail.look === 1 && tail.cursor === '' && lookedSinceStart(tail, view);
}

/** A look in the future was dated by a clock that has been set back since: it says nothing about this run. */
function lookedSinceStart({ key, lookedAt }: Window, { startedAt, looked, now }: AgendaView): boolean {
  return looked.has(key) || (lookedAt !== null && lookedAt >= startedAt && lookedAt <= now);
}

function repairs(view: AgendaView): Job | null {
  const gaps = view.gaps.filter(
    (gap) => gap.id !== null && gap.state === 'open' && isDue(gap, view) && !isListedAgain(gap, view),
  );
  if (gaps.length > 0) return { type: 'repair', gaps };
  const window = closed(view).find(
    ({ state, lane, ...rest }) =>
      (state === 'GAP' || (lane === 'repair' && isWorking(state))) && isDue(rest, view),
  );
  return window ? { type: 'look', window, lane: 'repair' } : null;
}

/** Its day is being walked again for it and others: what that leaves over is asked for alone. */
function isListedAgain({ lastAnswer, datestamp }: Gap, view: AgendaView): boolean {
  const day = datestamp?.slice(0, 10) ?? '';
  return (
    lastAnswer === LISTED_AGAIN &&
    closed(view).some(({ state, from, to }) => isWorking(state) && from <= day && day < (to ?? ''))
  );
}

function audits({ audit }: AgendaView): Job | null {
  return audit?.ready === true ? { type: 'audit' } : null;
}

function looks(view: AgendaView): Job | null {
  const newestFirst = closed(view).toSorted((a, b) => (a.from < b.from ? 1 : -1));
  const due = newestFirst.filter((window) => isDue(window, view));
  const window =
    due.find(({ state }) => state === 'FETCHING') ??
    due.find((candidate) => awaitsSecondLook(candidate, view)) ??
    due.find(({ state }) => state === 'OPEN');
  return window ? { type: 'look', window, lane: 'backfill' } : null;
}

function awaitsSecondLook(window: Window, { source }: AgendaView): boolean {
  return (
    window.state === 'SEALED' &&
    (source.streams.find(({ name }) => name === window.stream)?.secondLook ?? false)
  );
}

/**
 * Recent days are looked at again until they are `overlapDays` old: late and back-dated records are found then. Days
 * that grew older than that while nobody looked, in a long outage, are looked at once more. A look that lies far in the
 * future was dated by a wrong clock.
 */
function sweeps(view: AgendaView): Job | null {
  const oldest = addDays(view.today, -view.source.overlapDays);
  const window = closed(view).find(
    (each) =>
      (each.state === 'VERIFIED' || (each.state === 'SEALED' && !awaitsSecondLook(each, view))) &&
      each.to !== null &&
      (each.to >= oldest || !sawItsOverlap(each, each.to, view) || owesVersions(each, view)) &&
      Math.abs(view.now - (each.lookedAt ?? 0)) > SWEEP_EVERY_MS,
  );
  return window ? { type: 'sweep', window } : null;
}

/** Records of it may get their versions from a record that the upstream omits for a while. */
function owesVersions({ reason, attempts, lookedAt }: Window, { now }: AgendaView): boolean {
  return (
    reason.includes(NO_VERSION) &&
    attempts < VERSIONS.tries &&
    Math.abs(now - (lookedAt ?? 0)) > VERSIONS.everyMs
  );
}

/** Whether its last look began when its late records were there, by the server's day; ours where the server tells none. */
function sawItsOverlap({ serverDate, lookedAt }: Window, to: Day, { source, now }: AgendaView): boolean {
  const ours = lookedAt !== null && lookedAt <= now ? dayOf(lookedAt) : '';
  return (serverDate?.slice(0, 10) ?? ours) >= addDays(to, source.overlapDays - 1);
}

function waiting(view: AgendaView): Job {
  const pending = view.windows.filter((window) => !isSettled(window, view));
  const openGaps = view.gaps.filter((gap) => gap.id !== null && gap.state === 'open' && isSoon(gap, view));
  const times = [...view.windows.filter(({ nextAt }) => nextAt !== null), ...openGaps].map(
    ({ nextAt }) => nextAt ?? view.now,
  );
  const audit = view.audit?.nextAt ?? null;
  const all = [...times, ...view.avoided.values(), ...(audit === null ? [] : [audit])];
  const later = all.filter((time) => time > view.now);
  return {
    type: 'wait',
    until: later.length > 0 ? Math.min(...later) : null,
    why: openGaps.length > 0 || pending.some(({ state }) => state === 'GAP') ? 'gap' : 'poll',
    caughtUp: pending.length === 0 && openGaps.length === 0,
  };
}

function isSoon({ nextAt }: { readonly nextAt: number | null }, { now }: AgendaView): boolean {
  return nextAt === null || nextAt <= now + PATIENCE_MS;
}

/** Nothing is owed for this window now. */
function isSettled(window: Window, view: AgendaView): boolean {
  if (window.state === 'GAP') return !isSoon(window, view);
  if (window.to === null) return walkedSinceStart(window, view);
  if (
    window.state === 'OPEN' &&
    window.cursor === '' &&
    lookedSinceStart(window, view) &&
    (window.nextAt ?? 0) > view.now
  )
    return true;
  return window.state === 'VERIFIED' || (window.state === 'SEALED' && !awaitsSecondLook(window, view));
}

function isWorking(state: Window['state']): boolean {
  return state === 'OPEN' || state === 'FETCHING';
}

function closed(view: AgendaView): readonly Window[] {
  return view.windows.filter(({ to }) => to !== null);
}
