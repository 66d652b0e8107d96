import type { Incident, IncidentCause } from '../model/incident.ts';
import type { ChildExit } from '../model/engine-message.ts';
import type { ChildStatus, SupervisorStatus } from '../model/supervisor-status.ts';

/** The supervisor's name of the child that harvests. */
const ENGINE = 'engine';

/** An engine that has run for so long without an exit, ms, has left its crash loop. */
const HEALTHY_MS = 5 * 60_000;

/** Ids of incidents that no engine wrote: it may not live long enough to. */
export const FROM_SUPERVISOR = 'supervisor:';

/** What is wrong with the engine by its supervisor's account, as incidents that are open now. */
export function engineTrouble(status: SupervisorStatus, now: number): readonly Incident[] {
  const engine = engineOf(status);
  if (engine === undefined) return [];
  const loop = crashLoopSince(status, now);
  const oom = status.exits.findLast(({ child, reason }) => child === ENGINE && reason === 'oom');
  return [
    ...(loop === null ? [] : [incident('crash-loop', loop.id, loop.at, engine, describeLoop(loop))]),
    ...(engine.mode === 'hung'
      ? [
          incident(
            'hung',
            String(engine.since),
            engine.since,
            engine,
            'The engine runs but gives no sign of life.',
          ),
        ]
      : []),
    ...(oom !== undefined && !hasSettled(engine, now)
      ? [incident('oom', oom.id, oom.at, engine, 'The engine ran out of memory and was started anew.')]
      : []),
  ];
}

/** The exit that began the present crash loop; null when the engine is not in one. */
export function crashLoopSince(status: SupervisorStatus, now: number): ChildExit | null {
  const engine = engineOf(status);
  const exits = status.exits.filter(({ child }) => child === ENGINE);
  const last = exits.findLastIndex(({ coolingDown }) => coolingDown);
  const began = exits[last];
  if (engine === undefined || began === undefined || hasSettled(engine, now)) return null;
  const settledSince = exits
    .slice(last + 1)
    .some((exit, index) => exit.at - startAfter(exits[last + index]) >= HEALTHY_MS);
  return settledSince ? null : began;
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
  id: string,
  at: number,
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
