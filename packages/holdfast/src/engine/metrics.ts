import type { EngineMetrics } from '../model/metrics.ts';
import type { SourceState } from '../store/port.ts';
import type { Engine } from './engine.ts';
import { sourceNow } from './source-now.ts';

/** What only the process itself can say. */
export type ProcessMetrics = Pick<EngineMetrics, 'startedAt' | 'version' | 'eventLoop' | 'process'>;

/** The answer to `metrics`. `stored`: what the store remembers of the sources. */
export function metricsOf(
  engine: Engine,
  stored: readonly SourceState[],
  own: ProcessMetrics,
): EngineMetrics {
  const { sleptMs, pausedMs, clockSteps, lastClockStepMs, networkChanges } = engine.machineTotals();
  return {
    ...own,
    ...engine.counters.read(),
    circuits: engine.services().map(({ key, circuit }) => {
      const { kind, openings } = circuit.snapshot();
      return { service: key, state: kind, openings };
    }),
    machine: {
      sleepSeconds: sleptMs / 1_000,
      pausedSeconds: pausedMs / 1_000,
      clockSteps,
      lastClockStepSeconds: lastClockStepMs / 1_000,
      networkChanges,
    },
    sources: engine.sources().map(({ id, harvester, health }) => {
      const { state, attempt, nextAttemptAt } = sourceNow(harvester);
      const watermark = stored.find((each) => each.id === id)?.watermark ?? null;
      return { id, state, attempt, nextAttemptAt, lastSuccessAt: health.lastSuccessAt, watermark };
    }),
  };
}
