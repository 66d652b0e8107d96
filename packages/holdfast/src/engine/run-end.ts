import type { StoreStats } from '../store/port.ts';
import type { Engine } from './engine.ts';
import { isOutage } from './source-now.ts';

/** How a run that was to end has ended, as its public exit code (see DESIGN) and a sentence. */
export interface RunEnd {
  readonly code: 0 | 4 | 69;
  readonly summary: string;
}

/** Judges a run: an upstream that is behind because of an outage outweighs gaps and quarantined records. */
export function judgeRun(
  engine: Engine,
  stats: Pick<StoreStats, 'gapsOpen' | 'quarantined' | 'records'>,
): RunEnd {
  const unfinished = engine.sources().filter(({ end }) => end === null || !end.caughtUp);
  const outage = unfinished.filter(({ harvester }) => isOutage(harvester));
  const paused = unfinished.filter(({ harvester }) => harvester.isPaused);
  const left = unfinished.filter((source) => !outage.includes(source) && !paused.includes(source));
  const late = engine.sources().filter(({ harvester }) => harvester.state === 'stale');
  const parts = [
    `${String(stats.records)} records in the store`,
    ...(outage.length > 0 ? [`behind because of an outage: ${names(outage)}`] : []),
    ...(paused.length > 0 ? [`paused (holdfast resume): ${names(paused)}`] : []),
    ...(left.length > 0 ? [`work left: ${names(left)}`] : []),
    ...(stats.gapsOpen > 0 ? [`${String(stats.gapsOpen)} gaps open (holdfast gaps)`] : []),
    ...(stats.quarantined > 0 ? [`${String(stats.quarantined)} quarantined (holdfast quarantine)`] : []),
    ...(late.length > 0 ? [`late: ${names(late)}`] : []),
  ];
  const degraded = unfinished.length > 0 || stats.gapsOpen > 0 || stats.quarantined > 0 || late.length > 0;
  return { code: outage.length > 0 ? 69 : degraded ? 4 : 0, summary: parts.join('; ') };
}

function names(sources: readonly { readonly id: string }[]): string {
  return sources.map(({ id }) => id).join(', ');
}
