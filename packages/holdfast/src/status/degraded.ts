import { combineExitCodes, EXIT } from '../model/exit-code.ts';
import { isAwaited } from '../model/staleness.ts';
import type { SourceStatus, StatusReport, SupervisorReport } from './status-report.ts';

/** Source states that mean "late or stopped and not by the operator's wish"; save a stale one that only awaits a day that is due. */
const LATE = new Set(['stale', 'blocked', 'auth-needed']);

/** Whether the source is late, or shut out until a person does something. */
export function isLate({
  state,
  reason,
  freshness,
}: Pick<SourceStatus, 'state' | 'reason' | 'freshness'>): boolean {
  return freshness.late || (LATE.has(state) && !isAwaited({ state, reason }));
}

/** What a status is worth as an exit code: 5 when the store does not hold what was written, 4 when something visible is unresolved, 3 when no engine runs, else 0. */
export function exitCodeOfStatus(report: StatusReport): number {
  const { engine, store, sources, incidents } = report;
  const unhealthy =
    engine.state === 'hung' || engine.state === 'cooling-down' || helpersDown(report).length > 0;
  const isHeldUp = sources.some((source) => isLate(source) || source.waitsForDisk);
  const isUnkept = unkept({ incidents }).length > 0;
  const degraded = unhealthy || isHeldUp || store.quarantined > 0 || store.gapsOpen > 0 || isUnkept;
  const absent = engine.state === 'stopped' || engine.state === 'starting';
  return combineExitCodes([
    isDamaged({ incidents }) ? EXIT.integrity : EXIT.ok,
    degraded ? EXIT.degraded : EXIT.ok,
    absent ? EXIT.notRunning : EXIT.ok,
  ]);
}

/** Children beside the engine, such as the page server, that hang or ended too often in a row. */
export function helpersDown({
  supervisor,
}: Pick<StatusReport, 'supervisor'>): readonly SupervisorReport['children'][number][] {
  return (supervisor?.children ?? []).filter(
    ({ name, mode }) => name !== 'engine' && (mode === 'hung' || mode === 'cooling-down'),
  );
}

/** What else was to be kept beside the store and is not: a file of `outputs`, a backup. A sentence each. */
export function unkept({ incidents }: Pick<StatusReport, 'incidents'>): readonly string[] {
  return incidents
    .filter(({ cause, scope, state }) => state === 'open' && (cause === 'backup' || isOutput(cause, scope)))
    .map(({ summary }) => summary);
}

/** A disk whose scope is an output is not the store's. */
function isOutput(cause: string, scope: string): boolean {
  return cause === 'disk' && scope.startsWith('output ');
}

/** Whether damage of the store is known and not over. */
export function isDamaged({ incidents }: Pick<StatusReport, 'incidents'>): boolean {
  return incidents.some(({ cause, state }) => cause === 'integrity' && state === 'open');
}
