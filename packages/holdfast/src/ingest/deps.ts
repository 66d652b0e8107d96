import type { Clock, Random } from '@holdfast/resilience/clock';
import type { EngineEvent } from '../model/event.ts';
import type { Store } from '../store/port.ts';

/** What every part of ingest is given: no part of it touches the real clock, network or disk by itself. */
export interface IngestDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
  readonly emit: (event: EngineEvent) => void;
  /** A unique text per call; names batches. */
  readonly uniqueId: () => string;
}
