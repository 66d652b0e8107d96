import { hash as digest } from 'node:crypto';
import { canonicalJson, HASH_VERSION } from './hash.ts';
import { latestOf, UNCHANGED } from './knowledge.ts';
import type { Knowledge, KnownJournal, KnownRow, Outcome, Ranked, RowWrite } from './knowledge.ts';
import { normalise, sortedUrls } from './normalise.ts';
import type { ChangeKind, PaperFields } from './paper.ts';

/** What is to become of a row, before its hash tells whether anything changes. */
export interface Proposal {
  readonly fields: PaperFields;
  readonly datestamp: string;
  readonly over: KnownRow | null;
  readonly absorbs?: KnownRow | null;
  readonly raw: RowWrite['raw'];
  readonly from?: KnownRow | null;
  readonly imported: boolean;
  /** The kind of the change unless it deletes, withdraws or brings back the record, or is its first. */
  readonly kind: ChangeKind;
}

const HASHED_KEYS = Object.keys(normalise({ id: '' })).join();

/** The text that the hash covers. */
export function contentJson(fields: PaperFields): string {
  // The normaliser gives the keys in the hashed order: then the object can be written as it is, twice as fast.
  return Object.keys(fields).join() === HASHED_KEYS ? JSON.stringify(fields) : canonicalJson(fields);
}

/** The text that the hash covers, and the hash. */
export function contentOf(fields: PaperFields): { readonly json: string; readonly hash: string } {
  const json = contentJson(fields);
  return { json, hash: digest('sha256', json) };
}

/** The hash of a stored row under the present normaliser: equal content stays equal when `HASH_VERSION` rises. */
export function presentHash(row: KnownRow): string {
  return row.hashVersion === HASH_VERSION ? row.hash : contentOf(row.fields).hash;
}

/** A row of an older `HASH_VERSION` with its present text and hash; null when it needs none. It is no change. */
export function rehash(
  row: KnownRow,
): { readonly json: string; readonly hash: string; readonly hashVersion: number } | null {
  return row.hashVersion >= HASH_VERSION ? null : { ...contentOf(row.fields), hashVersion: HASH_VERSION };
}

/** Whether a row would be the latest one of a record in which it takes the place of `replaced`. */
export function wouldBeLatest(
  known: Knowledge,
  row: Ranked,
  replaced: readonly (KnownRow | null | undefined)[],
): boolean {
  return latestOf([...known.rows.filter((other) => !replaced.includes(other)), row]) === row;
}

/** The fields with the journal link that is known of the record. */
export function withLink(fields: PaperFields, link: KnownJournal | null): PaperFields {
  if (!link) return fields;
  return {
    ...fields,
    journalRef: link.journalRef ?? fields.journalRef,
    urls: sortedUrls({ ...fields.urls, journal: link.url }),
  };
}

/** Compares a proposal with what is stored: a change, a mere re-stamp, or nothing. */
export function settle(known: Knowledge, proposal: Proposal): Outcome {
  const { over, absorbs = null, datestamp, imported } = proposal;
  const replaced = [over, absorbs];
  const latest = wouldBeLatest(known, { version: proposal.fields.version, datestamp, imported }, replaced);
  const fields = latest ? withLink(proposal.fields, known.journal) : proposal.fields;
  const content = contentOf(fields);
  if (over && !absorbs && presentHash(over) === content.hash) {
    if (datestamp <= over.datestamp && (over.imported ?? false) === imported) return UNCHANGED;
    return { ...UNCHANGED, result: 'restamped', restamp: { row: over, datestamp, imported } };
  }
  const put: RowWrite = {
    ...content,
    fields,
    hashVersion: HASH_VERSION,
    datestamp,
    latest,
    over,
    absorbs,
    raw: proposal.raw,
    from: proposal.from ?? over,
    imported,
    change: changeKind(latestOf(known.rows), fields, latest, proposal.kind),
  };
  return { ...UNCHANGED, result: over ? 'updated' : 'inserted', put };
}

function changeKind(
  before: KnownRow | null,
  fields: PaperFields,
  latest: boolean,
  kind: ChangeKind,
): ChangeKind {
  if (!before) return fields.deleted ? 'deleted' : 'new';
  if (!latest) return kind;
  if (fields.deleted !== before.fields.deleted) return fields.deleted ? 'deleted' : 'version';
  return fields.withdrawn && !before.fields.withdrawn ? 'withdrawn' : kind;
}
