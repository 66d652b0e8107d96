import type { AuditPage } from '../port.ts';
import type { SampledDay, SeriesPart } from './progress.ts';

/** What the upstream says of an interval, and what is here of it. */
export interface Counted {
  readonly type: 'counted';
  /** Null: it makes no statement. */
  readonly rows: number | null;
  readonly first: number | null;
  readonly storedRows: number;
  readonly storedFirst: number;
  /** Nothing was said of a later row, which may not exist: the first one is to be asked for. */
  readonly beyond: boolean;
  readonly stream: string;
  /** An interval of so many rows is sooner walked than halved. */
  readonly walkRows: number;
}

/** A request of a list was answered. */
export interface PageEvent {
  readonly type: 'page';
  readonly page: Omit<AuditPage, 'items' | 'keep' | 'mended'>;
  readonly missing: number;
}

/** Numbers of a series were gathered, none was asked for yet. */
export interface Gathered {
  readonly type: 'gathered';
  /** Null: there is no series any more. */
  readonly part: SeriesPart | null;
  readonly numbers: readonly number[];
  /** More of the series are to be asked for than had room. */
  readonly more: boolean;
  /** The largest that is here. */
  readonly largest: number;
  /** Two of the series that are here, as identifiers. */
  readonly witnesses: readonly string[];
}

/** Numbers were asked for by themselves. */
export interface Probed {
  readonly type: 'probed';
  readonly answers: readonly {
    readonly series: string;
    readonly asked: readonly number[];
    readonly present: readonly number[];
  }[];
  /** Papers that are here were there. */
  readonly believed: boolean;
  readonly missing: number;
  readonly today: string;
}

/** What happened to an audit. */
export type AuditEvent =
  | PageEvent
  | Counted
  | Gathered
  | Probed
  | { readonly type: 'drawn'; readonly todo: readonly SampledDay[]; readonly population: number }
  /** What was found was asked for; so many gaps are left. */
  | { readonly type: 'repaired'; readonly left: number }
  /** The request in hand cannot be had, although the upstream answers others. */
  | { readonly type: 'failed'; readonly why: string };
