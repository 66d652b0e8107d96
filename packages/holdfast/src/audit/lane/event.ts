import type { AuditPage } from '../port.ts';
import type { SampledDay } from './progress.ts';

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

/** What happened to an audit. */
export type AuditEvent =
  | PageEvent
  | Counted
  /** Numbers were asked for by themselves. `believed`: numbers that are known to exist were there. */
  | {
      readonly type: 'probed';
      readonly asked: readonly number[];
      readonly present: readonly number[];
      readonly believed: boolean;
      /** Numbers exist beyond the largest that was known. */
      readonly beyond: boolean;
      readonly missing: number;
      readonly today: string;
    }
  /** Nothing more is to be asked of a series: on to this one, null = all are done. */
  | { readonly type: 'series'; readonly next: string | null }
  | { readonly type: 'drawn'; readonly todo: readonly SampledDay[]; readonly population: number }
  /** What was found was asked for; so many gaps are left. */
  | { readonly type: 'repaired'; readonly left: number }
  /** The request in hand cannot be had, although the upstream answers others. */
  | { readonly type: 'failed'; readonly why: string };
