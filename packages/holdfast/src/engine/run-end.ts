import { isAwaited } from '../model/staleness.ts';
import type { StoreStats } from '../store/port.ts';
import type { Engine } from './engine.ts';
import { isOutage, sourceNow } from './source-now.ts';

/** How a run has ended, as its public exit code (see DESIGN) and a sentence. */
export interface RunEnd {
  readonly code: 0 | 4 | 5 | 69;
  readonly summary: string;
}

/** What stands in the store, and whether it is known not to be what was written. */
export interface Standing extends Pick<StoreStats, 'gapsOpen' | 'quarantined' | 'records'> {
  readonly isDamaged: boolean;
  /** Why files of `outputs` do not hold everything, a sentence each. */
  readonly unwritten: readonly string[];
}

/**
 * Judges a run that was to end: damage of the store outweighs an upstream that is behind because of an outage, and
 * that gaps and quarantined records.
 */
export function judgeRun(engine: Engine, stats: Standing): RunEnd {
  const unfinished = engine.sources().filter(({ end }) => end === null || !end.caughtUp);
  const outage = unfinished.filter(({ harvester }) => isOutage(harvester));
  const paused = unfinished.filter(({ harvester }) => harvester.isPaused);
  const left = unfinished.filter((source) => !outage.includes(source) && !paused.includes(source));
  const late = engine
    .sources()
    .filter(({ harvester }) => harvester.state === 'stale' && !isAwaited(harvester));
  const { gapsOpen, quarantined, unwritten } = stats;
  const open = unfinished.length + gapsOpen + quarantined + late.length + unwritten.length;
  const summary = sentence(stats, [
    named('behind because of an outage', names(outage)),
    named('paused (holdfast resume)', names(paused)),
    named('work left', names(left)),
    ...troubles(stats),
    named('late', names(late)),
  ]);
  return { code: stats.isDamaged ? 5 : outage.length > 0 ? 69 : open > 0 ? 4 : 0, summary };
}

/** What a run without an end leaves when it is stopped: to be stopped is no failure, whatever is left. */
export function leaveRun(engine: Engine, stats: Standing): RunEnd {
  const sources = engine.sources().map(({ id, harvester }) => {
    return { id, paused: harvester.isPaused, state: sourceNow(harvester).state };
  });
  const behind = sources.filter(({ paused, state }) => !paused && state !== 'ok');
  const summary = sentence(stats, [
    named(
      'behind',
      behind.map(({ id, state }) => `${id} (${state})`),
    ),
    named('paused (holdfast resume)', names(sources.filter(({ paused }) => paused))),
    ...troubles(stats),
  ]);
  return { code: 0, summary };
}

function sentence({ records }: Standing, rest: readonly string[]): string {
  return [`${String(records)} records in the store`, ...rest.filter((part) => part !== '')].join('; ');
}

function troubles({ gapsOpen, quarantined, isDamaged, unwritten }: Standing): readonly string[] {
  return [
    isDamaged ? 'it does not hold what was written (holdfast verify)' : '',
    gapsOpen > 0 ? `${String(gapsOpen)} gaps open (holdfast gaps)` : '',
    quarantined > 0 ? `${String(quarantined)} quarantined (holdfast quarantine)` : '',
    ...unwritten.map((why) => why.replace(/\.$/, '')),
  ];
}

/** Empty when there are none. */
function named(what: string, sources: readonly string[]): string {
  return sources.length === 0 ? '' : `${what}: ${sources.join(', ')}`;
}

function names(sources: readonly { readonly id: string }[]): readonly string[] {
  return sources.map(({ id }) => id);
}
