import type { HistoryItem } from './item.ts';
import { compareVersions, latestOf, newestStamp, UNCHANGED } from './knowledge.ts';
import type { Knowledge, KnownHistory, KnownRow, Outcome } from './knowledge.ts';
import { kindOfVersion } from './apply-paper.ts';
import { settle } from './row-write.ts';

/**
 * What a record's list of versions does: it is kept when it is news, and it numbers the latest row unless that
 * row is newer than it. A record that is absent, or stored under an older stamp, is missing.
 */
export function applyHistory(known: Knowledge, item: HistoryItem): Outcome {
  const history = isNews(item, known.history) ? toHistory(item) : null;
  const stored = newestStamp(known.rows);
  if (stored === null) {
    return {
      ...UNCHANGED,
      result: 'missing',
      history,
      missing: `Listed with datestamp ${item.datestamp}, but not stored.`,
    };
  }
  if (stored < item.datestamp) {
    const missing = `Listed with datestamp ${item.datestamp}, but stored with the older ${stored}.`;
    return { ...UNCHANGED, result: 'missing', history, missing };
  }
  const latest = latestOf(known.rows);
  if (!latest || latest.datestamp > item.datestamp) return { ...UNCHANGED, history };
  return { ...complete(known, latest, history ?? known.history ?? toHistory(item)), history };
}

function complete(
  known: Knowledge,
  latest: KnownRow,
  { version, published, withdrawn }: KnownHistory,
): Outcome {
  const fields = { ...latest.fields, version, published: published ?? latest.fields.published, withdrawn };
  const imported = latest.imported === true;
  const base = { fields, datestamp: latest.datestamp, raw: 'kept' as const, from: latest, imported };
  if (latest.version === version) return settle(known, { ...base, over: latest, kind: 'completed' });
  const kind = kindOfVersion(known, version);
  const same = known.rows.find((row) => row.version === version) ?? null;
  if (latest.version === null) {
    return settle(known, { ...base, over: same ?? latest, absorbs: same ? latest : null, kind });
  }
  // A version that brought no new metadata: the old one keeps its row. A lower number cannot be true.
  if (compareVersions(version, latest.version) < 0) return UNCHANGED;
  // An import may have brought the number already: what was harvested takes its row.
  return settle(known, { ...base, over: same, kind });
}

/** Newer stamps win; within a stamp (a day) the greater version, then whatever differs, came last. */
function isNews(item: HistoryItem, known: KnownHistory | null): boolean {
  if (!known || item.datestamp !== known.datestamp) return !known || item.datestamp > known.datestamp;
  const order = compareVersions(item.version, known.version);
  if (order !== 0) return order > 0;
  return (
    item.withdrawn !== known.withdrawn ||
    item.published !== known.published ||
    JSON.stringify(item.history) !== JSON.stringify(known.entries)
  );
}

function toHistory({ datestamp, version, published, withdrawn, history }: HistoryItem): KnownHistory {
  return { datestamp, version, published, withdrawn, entries: history };
}
