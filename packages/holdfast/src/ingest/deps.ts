import type { Clock, Random } from '@holdfast/resilience/clock';
import type { Day } from '../model/day.ts';
import type { EngineEvent, WaitNotice } from '../model/event.ts';
import type { Source } from '../sources/port.ts';
import type { DeadlyPages, PageInHand } from './deadly-pages.ts';
import type { Fetcher } from './fetcher.ts';
import type { Store } from '../store/port.ts';

/** What every part of ingest is given: no part of it touches the real clock, network or disk by itself. */
export interface IngestDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
  readonly emit: (event: EngineEvent) => void;
  /** A unique text per call; names batches. */
  readonly uniqueId: () => string;
  /** How long the transaction of a page took, ms. */
  readonly onCommitted?: (ms: number) => void;
  /** The disk that was waited for lets us write again. */
  readonly onWritable?: () => void;
}

/** What a look at a window, its repairs and its narrowing are given. */
export interface LookDeps extends IngestDeps {
  readonly source: Source;
  readonly fetcher: Fetcher;
  readonly owner: string;
  /** The server's day as far as known. */
  readonly today: () => Day;
  /** Wall ms since when a window has been failing; null when it has not. */
  readonly failingSince: (windowKey: string) => number | null;
  readonly onWait: (wait: WaitNotice) => void;
  /** A look at a window, by its key, has ended; its days may stand in other windows now. */
  readonly onLooked: (windowKey: string) => void;
  /** Told before a page is read, and with null once it is stored or given up. */
  readonly onInHand: (page: PageInHand | null) => void;
  /** Pages on which engines died. */
  readonly deadly: DeadlyPages;
  /** Something more urgent waits: stop between two pages. */
  readonly shouldYield: () => boolean;
}
