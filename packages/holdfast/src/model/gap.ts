import type { DayRange } from './window.ts';

/** A record or range known to exist upstream and absent here. */
export interface Gap {
  /** Unique per source: `id:<identifier>` or `range:<stream>/<from>..<to>`. */
  readonly key: string;
  readonly source: string;
  readonly id: string | null;
  readonly range: (DayRange & { readonly stream: string }) | null;
  /** The stamp under which the record was listed. */
  readonly datestamp: string | null;
  readonly reason: string;
  /** Wall ms. */
  readonly since: number;
  readonly attempts: number;
  /** `confirmed-absent` after three identical answers spaced over time: listed, no longer degrading. */
  readonly state: 'open' | 'confirmed-absent';
  /** What the upstream answered last. */
  readonly lastAnswer: string | null;
  /** Wall ms of the next try; null = as soon as its lane's turn comes. */
  readonly nextAt: number | null;
}

/** The key of a record's gap. */
export function recordGapKey(id: string): string {
  return `id:${id}`;
}

/** The key of a range's gap. */
export function rangeGapKey(stream: string, range: DayRange): string {
  return `range:${stream}/${range.from}..${range.to ?? ''}`;
}
