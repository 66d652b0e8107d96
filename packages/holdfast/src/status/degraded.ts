import { EXIT } from '../model/exit-code.ts';
import type { StatusReport } from './status-report.ts';

/** Source states that mean "late or stopped and not by the operator's wish". */
const LATE = new Set(['stale', 'blocked', 'auth-needed']);

/** What a status is worth as an exit code while an engine runs: 4 when something visible is unresolved, else 0. */
export function exitCodeOfStatus({ engine, store, sources }: StatusReport): number {
  const unhealthy = engine.state === 'hung' || engine.state === 'cooling-down';
  const late = sources.some(({ state }) => LATE.has(state));
  return unhealthy || late || store.quarantined > 0 || store.gapsOpen > 0 ? EXIT.degraded : EXIT.ok;
}
