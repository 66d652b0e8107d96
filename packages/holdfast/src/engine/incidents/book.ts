import type { Incident } from '../../model/incident.ts';
import type { Troubles } from './trouble.ts';

/** A configured source as incidents know it. */
export interface BookSource {
  readonly id: string;
  /** The host of its upstream. */
  readonly service: string;
}

/** An incident that is over, whose sources still catch up with what came late because of it. */
export interface Settling {
  readonly id: string;
  /** Those that have not caught up yet. */
  readonly sources: ReadonlySet<string>;
  /** Wall ms: not counted any further. */
  readonly until: number;
}

/**
 * Everything the book knows: what is wrong, the incidents that follow from it, and those that are over but still
 * counted. Only `turn` makes a new one.
 */
export interface Book {
  readonly sources: readonly BookSource[];
  readonly troubles: Troubles;
  /** Incidents that are open or settling, by id. */
  readonly incidents: ReadonlyMap<string, Incident>;
  readonly settling: readonly Settling[];
  /** When each service last proved that it answers, wall ms. */
  readonly proofs: ReadonlyMap<string, number>;
  /** All upstreams failed at once: it counts as our own network until one answers. */
  readonly isCutOff: boolean;
}

/** A book that knows nothing yet. */
export function emptyBook(sources: readonly BookSource[]): Book {
  return {
    sources,
    troubles: new Map(),
    incidents: new Map(),
    settling: [],
    proofs: new Map(),
    isCutOff: false,
  };
}
