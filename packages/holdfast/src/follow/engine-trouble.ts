import type { Incident, IncidentCause } from '../model/incident.ts';
import type { ChildExit } from '../model/engine-message.ts';
import type { ChildStatus, SupervisorStatus } from '../model/supervisor-status.ts';

/** The supervisor's name of the child that harvests. */
const ENGINE = 'engine';

/** An engine that has run for so long without an exit, ms, has left its crash loop. */
const HEALTHY_MS = 5 * 60_000;

/** So many failures, with no such time between them, are a crash loop however slow it is. */
const MANY = 5;

/** Exits that somebody asked for. */
const ASKED: readonly ChildExit['reason'][] = ['operator', 'update'];

/** Ids of incidents that no engine wrote: it may not live long enough to. */
export const FROM_SUPERVISOR = 'supervisor:';

/** What is wrong with the engine by its supervisor's account, as incidents that are open now. */
export function engineTrouble(status: SupervisorStatus, now: number): readonly Incident[] {
  const engine = engineOf(status);
  if (engine === undefined) return [];
  const loop = crashLoopSince(status, now);
  const oom = unsettled(status, now, ({ reason }) => reason === 'oom');
  const hung = hangOf(
    engine,
    unsettled(status, now, ({ reason }) => reason === 'watchdog'),
  );
  return [
    ...(loop === null ? [] : [incident('crash-loop', loop, engine, describeLoop(loop))]),
    ...(hung === null ? [] : [incident('hung', hung, engine, hung.says)]),
    ...(oom === null
      ? []
      : [incident('oom', oom, engine, 'The engine ran out of memory and was started anew.')]),
  ];
}

/**
 * The exit by which the present crash loop is known; null when the engine is not in one. The growing delays can keep an
 * engine that never works below the number of exits in a minute that leads to a cooldown: then their number tells.
 */
export function crashLoopSince(status: SupervisorStatus, now: number): ChildExit | null {
  const cooled = unsettled(status, now, ({ coolingDown }) => coolingDown);
  if (cooled !== null) return cooled;
  const engine = engineOf(status);
  if (engine === undefined || hasSettled(engine, now)) return null;
  const failures = status.exits.filter(({ child, reason }) => child === ENGINE && !ASKED.includes(reason));
  const settled = failures.findLastIndex(
    (exit, index) => index > 0 && exit.at - startAfter(failures[index - 1]) >= HEALTHY_MS,
  );
  const inARow = failures.slice(Math.max(0, settled));
  return inARow.length >= MANY ? (inARow[0] ?? null) : null;
}

/** The last exit of the engine of this kind, unless it has run for long enough since; null when there is none. */
function unsettled(
  status: SupervisorStatus,
  now: number,
  isOfKind: (exit: ChildExit) => boolean,
): ChildExit | null {
  const engine = engineOf(status);
  const exits = status.exits.filter(({ child }) => child === ENGINE);
  const last = exits.findLastIndex(isOfKind);
  const found = exits[last];
  if (engine === undefined || found === undefined || hasSettled(engine, now)) return null;
  const settledSince = exits
    .slice(last + 1)
    .some((exit, index) => exit.at - startAfter(exits[last + index]) >= HEALTHY_MS);
  return settledSince ? null : found;
}

/** An engine that hangs now, or was ended for it and has not run for long enough since. */
function hangOf(
  { mode, since }: ChildStatus,
  exit: ChildExit | null,
): { readonly id: string; readonly at: number; readonly says: string } | null {
  if (mode === 'hung')
    return { id: String(since), at: since, says: 'The engine runs but gives no sign of life.' };
  if (exit === null) return null;
  return { id: exit.id, at: exit.at, says: 'The engine gave no sign of life and was started anew.' };
}

/** The engine as its supervisor sees it. */
export function engineOf({ children }: SupervisorStatus): ChildStatus | undefined {
  return children.find(({ name }) => name === ENGINE);
}

function hasSettled({ mode, startedAt }: ChildStatus, now: number): boolean {
  return mode === 'running' && startedAt !== null && now - startedAt >= HEALTHY_MS;
}

function startAfter(exit: ChildExit | undefined): number {
  return exit === undefined ? 0 : exit.at + exit.restartInMs;
}

function describeLoop({ code, signal }: ChildExit): string {
  const how = signal === null ? `exit code ${code ?? 'unknown'}` : `signal ${signal}`;
  return `The engine keeps ending (last by ${how}).`;
}

function incident(
  cause: IncidentCause,
  { id, at }: { readonly id: string; readonly at: number },
  engine: ChildStatus,
  summary: string,
): Incident {
  const waits = engine.nextStartAt !== null;
  return {
    id: `${FROM_SUPERVISOR}${cause}:${id}`,
    cause,
    scope: ENGINE,
    layer: cause === 'oom' ? 'engine' : 'daemon',
    summary,
    sources: [],
    startedAt: at,
    detectedAt: at,
    recoveredAt: null,
    count: 1,
    actions: [{ at, what: waits ? 'waiting before the engine is started again' : 'watching the engine' }],
    nextAttemptAt: engine.nextStartAt,
    recordsAffected: 0,
  };
}
