import type { Day } from './day.ts';

/** States of a window; SEALED needs a proved or confirmed end, VERIFIED an independent second look. */
export type WindowState = 'OPEN' | 'FETCHING' | 'SEALED' | 'VERIFIED' | 'GAP';

/** Lanes in their order of priority. */
export const LANES = ['tail', 'repair', 'audit', 'backfill'] as const;
/** Why a window is walked, one of `LANES`. */
export type Lane = (typeof LANES)[number];

/** A half-open range of UTC days; `to` is null for the tail, which is never sealed. */
export interface DayRange {
  readonly from: Day;
  readonly to: Day | null;
}

/** A half-open range of UTC days of one stream of a source, and where the work on it stands. */
export interface Window extends DayRange {
  /** `<source>/<stream>/<from>..<to>` (`..` alone for the tail). */
  readonly key: string;
  readonly source: string;
  /** A source has one or more lists of its own: `list` (OAI-PMH), `details` and `pubs` (bioRxiv). */
  readonly stream: string;
  readonly lane: Lane;
  readonly state: WindowState;
  /** Which look the cursor belongs to: 1 = the harvest walk, 2 and above = second looks. */
  readonly look: number;
  /** Where the walk stands, as JSON text: compared as text, understood by ingest alone; '' = not begun. */
  readonly cursor: string;
  /** When it is to be worked on next, wall ms; null = whenever its lane's turn comes. */
  readonly nextAt: number | null;
  /** Failed or unproved tries in a row. */
  readonly attempts: number;
  /** A sentence: why it waits, is a gap, or how its end was proved. */
  readonly reason: string;
  /** Server date of the first answer of the last finished look (ISO), null before. */
  readonly serverDate: string | null;
  /** Wall ms of the last finished look. */
  readonly lookedAt: number | null;
  readonly records: number;
  readonly pages: number;
}

/** Streams of windows that are no harvest (`~import/…`): they have a cursor and a lease, and claim no day. */
export function isSideStream(stream: string): boolean {
  return stream.startsWith('~');
}

/** Streams that list links between records (bioRxiv's `pubs`): their windows hold no record of their own. */
export function isLinkStream(stream: string): boolean {
  return stream === 'pubs';
}

/** The key of a window. */
export function windowKey(source: string, stream: string, range: DayRange): string {
  return `${source}/${stream}/${range.from}..${range.to ?? ''}`;
}

/** Within the reason of a window that was verified although the upstream told no version of some records. */
export const NO_VERSION = 'the upstream tells no version of';

/** Why a window is sealed that was verified before: it is being looked at once more. */
export const SWEPT = 'swept';
