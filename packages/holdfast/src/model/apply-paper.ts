import type { PaperItem, UnknownField } from './item.ts';
import { compareVersions, greatestVersion, isNewerThan, latestOf, UNCHANGED } from './knowledge.ts';
import type { Knowledge, KnownHistory, KnownRow, Outcome } from './knowledge.ts';
import { sortedUrls } from './normalise.ts';
import type { ChangeKind, PaperFields } from './paper.ts';
import { presentHash, contentOf, settle, withLink, wouldBeLatest } from './row-write.ts';

/** What a paper's metadata does. A row that is older than the stored one of its version never overwrites it. */
export function applyPaper(known: Knowledge, item: PaperItem): Outcome {
  if (item.unknown.includes('version')) return applyUnnumbered(known, item);
  const { version } = item.fields;
  const same = known.rows.find((row) => row.version === version) ?? null;
  if (same && isNewerThan(same, item)) return UNCHANGED;
  const unnumbered = version === null ? null : olderUnnumbered(known, item);
  const imported = item.imported === true;
  const proposed = { version, datestamp: item.datestamp, imported };
  const newest = wouldBeLatest(known, proposed, [same, unnumbered]);
  const fields = takeOver(item.fields, item.unknown, same ?? (newest ? latestOf(known.rows) : null), null);
  return settle(known, {
    fields,
    datestamp: item.datestamp,
    over: same ?? unnumbered,
    absorbs: same ? unnumbered : null,
    raw: 'item',
    imported,
    kind: version === null ? 'version' : kindOfVersion(known, version),
  });
}

/** `version` when it is greater than those known; the first number of a record only completes it. */
export function kindOfVersion(known: Knowledge, version: string): ChangeKind {
  const greatest = greatestVersion(known.rows);
  return greatest !== null && compareVersions(version, greatest) > 0 ? 'version' : 'completed';
}

/** The answer cannot tell the version: a history that is new enough does, else equal content keeps it. */
function applyUnnumbered(known: Knowledge, item: PaperItem): Outcome {
  const latest = latestOf(known.rows);
  if (latest && isNewerThan(latest, item)) return UNCHANGED;
  const history = historyOf(known, item);
  const fields = takeOver(item.fields, item.unknown, latest, history);
  const unnumbered = known.rows.find((row) => row.version === null) ?? null;
  const imported = item.imported === true;
  const base = { datestamp: item.datestamp, raw: 'item' as const, imported };
  if (history) {
    const same = known.rows.find((row) => row.version === history.version) ?? null;
    const kind = kindOfVersion(known, history.version);
    return settle(known, {
      ...base,
      fields,
      over: same ?? unnumbered,
      absorbs: same ? unnumbered : null,
      kind,
    });
  }
  const sameContent = latest && presentHash(latest) === contentOf(withLink(fields, known.journal)).hash;
  if (sameContent) return settle(known, { ...base, fields, over: latest, kind: 'completed' });
  return settle(known, {
    ...base,
    fields: { ...fields, version: null },
    over: unnumbered,
    kind: 'completed',
  });
}

/**
 * The history, if it can be that of this answer. Stamps are days: what has numbered another text of the same day
 * already is older than a change of that very day, and the next history has to tell which version that is, however
 * often the changed text is listed until then.
 */
function historyOf(known: Knowledge, item: PaperItem): KnownHistory | null {
  const { history } = known;
  if (history === null || history.datestamp < item.datestamp) return null;
  const numbered = known.rows.find(({ version }) => version === history.version);
  if (numbered?.datestamp !== item.datestamp || history.datestamp > item.datestamp) return history;
  const fields = withLink(takeOver(item.fields, item.unknown, numbered, history), known.journal);
  return presentHash(numbered) === contentOf(fields).hash ? history : null;
}

function olderUnnumbered(known: Knowledge, item: PaperItem): KnownRow | null {
  return known.rows.find((row) => row.version === null && !isNewerThan(row, item)) ?? null;
}

/** The item's fields, with those that its answer cannot know taken from the history or from the stored row. */
function takeOver(
  fields: PaperFields,
  unknown: readonly UnknownField[],
  row: KnownRow | null,
  history: KnownHistory | null,
): PaperFields {
  if (unknown.length === 0 || (!row && !history)) return fields;
  const known = (field: UnknownField): boolean => !unknown.includes(field);
  return {
    ...fields,
    version: known('version') ? fields.version : (history?.version ?? row?.version ?? fields.version),
    // The stored fields are asked for only where the history says nothing: they are parsed when they are.
    ...(known('published')
      ? {}
      : { published: history?.published ?? stored(row, fields).published ?? fields.published }),
    ...(known('withdrawn') ? {} : { withdrawn: history?.withdrawn ?? stored(row, fields).withdrawn }),
    ...(known('journalRef') ? {} : { journalRef: stored(row, fields).journalRef ?? fields.journalRef }),
    ...(known('urls.journal') ? {} : { urls: withJournal(fields, stored(row, fields)) }),
  };
}

function stored(row: KnownRow | null, fields: PaperFields): PaperFields {
  return row?.fields ?? fields;
}

function withJournal({ urls }: PaperFields, from: PaperFields): PaperFields['urls'] {
  const journal = from.urls['journal'];
  return journal === undefined ? urls : sortedUrls({ ...urls, journal });
}
