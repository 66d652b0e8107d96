import { applyHistory } from './apply-history.ts';
import { addsToHarvest } from './apply-imported.ts';
import { applyPaper } from './apply-paper.ts';
import type { DeletedItem, Item, JournalItem, ListedItem } from './item.ts';
import { isNewerThan, latestOf, newestStamp, UNCHANGED } from './knowledge.ts';
import type { Knowledge, KnownJournal, Outcome } from './knowledge.ts';
import { normalise } from './normalise.ts';
import { settle } from './row-write.ts';

/**
 * Decides what an item does to what is known of its record. Pure, and shared by all stores, so that they
 * agree: a replay changes nothing, and items in any order end in the same latest content.
 */
export function apply(known: Knowledge, item: Item): Outcome {
  if (item.imported === true && !addsToHarvest(known, item)) return UNCHANGED;
  switch (item.type) {
    case 'paper':
      return applyPaper(known, item);
    case 'deleted':
      return applyDeleted(known, item);
    case 'history':
      return applyHistory(known, item);
    case 'journal':
      return applyJournal(known, item);
    case 'listed':
      return applyListed(known, item);
  }
}

/** A tombstone marks the latest row and keeps its metadata. */
function applyDeleted(known: Knowledge, item: DeletedItem): Outcome {
  const latest = latestOf(known.rows);
  if (latest && isNewerThan(latest, item)) return UNCHANGED;
  const fields = latest ? { ...latest.fields, deleted: true } : normalise({ id: item.id, deleted: true });
  return settle(known, {
    fields,
    datestamp: item.datestamp,
    over: latest,
    raw: latest ? 'kept' : 'item',
    imported: item.imported === true,
    kind: 'deleted',
  });
}

/** A link to the journal article completes the latest row, now or when its record arrives. */
function applyJournal(known: Knowledge, item: JournalItem): Outcome {
  const { datestamp, journalRef, url } = item;
  if (!isNewerLink({ datestamp, journalRef, url }, known.journal)) return UNCHANGED;
  const journal: KnownJournal = { datestamp, journalRef, url };
  const latest = latestOf(known.rows);
  if (!latest) return { ...UNCHANGED, journal };
  const kept = { datestamp: latest.datestamp, imported: latest.imported === true, raw: 'kept' } as const;
  const proposal = { fields: latest.fields, over: latest, ...kept };
  return { ...settle({ ...known, journal }, { ...proposal, kind: 'completed' }), journal };
}

/** By the stamp, and within it by text, so that two links of one day do not replace each other for ever. */
function isNewerLink(link: KnownJournal, known: KnownJournal | null): boolean {
  if (!known) return true;
  if (link.datestamp !== known.datestamp) return link.datestamp > known.datestamp;
  if (link.url !== known.url) return link.url > known.url;
  return (link.journalRef ?? '') > (known.journalRef ?? '');
}

function applyListed(known: Knowledge, item: ListedItem): Outcome {
  const stored = newestStamp(known.rows);
  if (stored !== null && stored >= item.datestamp) return UNCHANGED;
  const missing =
    stored === null
      ? `Listed with datestamp ${item.datestamp}, but not stored.`
      : `Listed with datestamp ${item.datestamp}, but stored with the older ${stored}.`;
  return { ...UNCHANGED, result: 'missing', missing };
}
