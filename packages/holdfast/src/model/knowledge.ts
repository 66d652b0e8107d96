import type { HistoryEntry } from './item.ts';
import type { ChangeKind, PaperFields } from './paper.ts';

/** A row that the store holds of one version of a record. `fields` may be read lazily. */
export interface KnownRow {
  readonly version: string | null;
  readonly datestamp: string;
  readonly hash: string;
  readonly hashVersion: number;
  readonly fields: PaperFields;
  /** Its content was imported; a harvest has not brought it. */
  readonly imported?: boolean;
}

/** The newest history that was seen of a record; kept also for a record that is not stored yet. */
export interface KnownHistory {
  readonly datestamp: string;
  readonly version: string;
  readonly published: string | null;
  readonly withdrawn: boolean;
  readonly entries: readonly HistoryEntry[];
}

/** The newest link from a preprint to its journal article. */
export interface KnownJournal {
  readonly datestamp: string;
  readonly journalRef: string | null;
  readonly url: string;
}

/** Everything that the store knows of one (source, id). At most one row per version. */
export interface Knowledge {
  readonly rows: readonly KnownRow[];
  readonly history: KnownHistory | null;
  readonly journal: KnownJournal | null;
}

/** A row to be written. */
export interface RowWrite {
  readonly fields: PaperFields;
  /** `canonicalJson(fields)`: what the hash covers and what the store keeps. */
  readonly json: string;
  readonly hash: string;
  readonly hashVersion: number;
  readonly datestamp: string;
  /** Whether it is the record's latest version from now on; then no other row is. */
  readonly latest: boolean;
  /** The stored row that it takes the place of; null = a row is added. */
  readonly over: KnownRow | null;
  /** Another stored row that vanishes, because the one without a version turned out to be it. */
  readonly absorbs: KnownRow | null;
  /** Whether the raw bytes of the item are the row's from now on; otherwise those of `from` stay. */
  readonly raw: 'item' | 'kept';
  /** Whose raw bytes stay. */
  readonly from: KnownRow | null;
  readonly imported: boolean;
  readonly change: ChangeKind;
}

/** What an item does to the store. Keys that are null ask for nothing to be written. */
export interface Outcome {
  readonly result: 'inserted' | 'updated' | 'restamped' | 'unchanged' | 'missing';
  /** Content changed: one row and one row of the change feed are written. */
  readonly put: RowWrite | null;
  /** Only the datestamp of a row moves, or a harvest confirms what was imported. */
  readonly restamp: {
    readonly row: KnownRow;
    readonly datestamp: string;
    readonly imported: boolean;
  } | null;
  readonly history: KnownHistory | null;
  readonly journal: KnownJournal | null;
  /** Why the record counts as missing; a gap of it is to be opened. */
  readonly missing: string | null;
}

/** The outcome of an item that teaches nothing. */
export const UNCHANGED: Outcome = {
  result: 'unchanged',
  put: null,
  restamp: null,
  history: null,
  journal: null,
  missing: null,
};

/** Orders versions as decimal text of any length, never through a number. */
export function compareVersions(a: string, b: string): number {
  const left = a.replace(/^0+(?=.)/, '');
  const right = b.replace(/^0+(?=.)/, '');
  if (left.length !== right.length) return left.length - right.length;
  return left < right ? -1 : left > right ? 1 : 0;
}

/** What decides which of a record's rows is the latest. */
export type Ranked = Pick<KnownRow, 'version' | 'datestamp' | 'imported'>;

/**
 * The latest of a record's rows: the greatest version, or the row without a version unless it is older than
 * that one. An imported row is the latest only while nothing was harvested.
 */
export function latestOf<Row extends Ranked>(rows: readonly Row[]): Row | null {
  const harvested = hasHarvested(rows);
  let numbered: Row | null = null;
  let unnumbered: Row | null = null;
  for (const row of rows) {
    if (harvested && row.imported === true) continue;
    if (row.version === null) unnumbered = row;
    else if (!numbered || compareVersions(row.version, numbered.version ?? '') > 0) numbered = row;
  }
  if (!numbered || !unnumbered) return numbered ?? unnumbered;
  return unnumbered.datestamp >= numbered.datestamp ? unnumbered : numbered;
}

/** The newest datestamp of a record's rows; null when it is not stored. */
export function newestStamp(rows: readonly Pick<KnownRow, 'datestamp'>[]): string | null {
  let newest: string | null = null;
  for (const { datestamp } of rows) if (newest === null || datestamp > newest) newest = datestamp;
  return newest;
}

function hasHarvested(rows: readonly Ranked[]): boolean {
  for (const { imported } of rows) if (imported !== true) return true;
  return false;
}

/** Whether a row is newer than an item and stays: what was harvested always replaces what was imported. */
export function isNewerThan(row: Ranked, item: { datestamp: string; imported?: boolean }): boolean {
  if (row.imported === true && item.imported !== true) return false;
  return row.datestamp > item.datestamp;
}

/** The greatest version among the rows, of harvested ones where they have any; null when none has one. */
export function greatestVersion(rows: readonly KnownRow[]): string | null {
  const harvested = rows.filter((row) => row.imported !== true && row.version !== null);
  return greatestOf(harvested.length > 0 ? harvested : rows);
}

function greatestOf(rows: readonly KnownRow[]): string | null {
  let greatest: string | null = null;
  for (const { version } of rows) {
    if (version !== null && (greatest === null || compareVersions(version, greatest) > 0)) greatest = version;
  }
  return greatest;
}
