import type { Item } from '../../model/item.ts';
import type { AuditPorts } from '../port.ts';

/**
 * The listed records that are not here as listed, and that nobody knows of: what lies in the quarantine or is a gap
 * already is visible.
 */
export async function newsOf(
  items: readonly Item[],
  { source, store }: AuditPorts,
): Promise<readonly Item[]> {
  if (items.length === 0) return [];
  const held = new Map(
    (
      await store.find(
        source.id,
        items.map(({ id }) => id),
      )
    ).map((each) => [each.id, each]),
  );
  const absent = items.filter((item) => {
    const here = held.get(item.id);
    if (here === undefined || here.datestamp < item.datestamp) return true;
    return item.type === 'deleted' && !here.deleted && here.datestamp === item.datestamp;
  });
  if (absent.length === 0) return [];
  const gaps = new Map((await store.gaps(source.id)).map((gap) => [gap.id, gap]));
  const quarantine = await store.quarantine({ source: source.id, state: 'open' });
  const unparsed = new Set(quarantine.map(({ id }) => id));
  return absent.filter(({ id, datestamp }) => {
    const gap = gaps.get(id);
    const known = gap !== undefined && (gap.datestamp === null || gap.datestamp >= datestamp);
    return !known && !unparsed.has(id);
  });
}

/** How many rows, each one version of a record, are not here. */
export async function rowsNotHere(items: readonly Item[], { source, store }: AuditPorts): Promise<number> {
  const papers = items.flatMap((item) => (item.type === 'paper' ? [item] : []));
  if (papers.length === 0) return 0;
  const held = new Map(
    (
      await store.find(
        source.id,
        papers.map(({ id }) => id),
      )
    ).map((each) => [each.id, each]),
  );
  let absent = 0;
  for (const { id, fields } of papers) {
    const here = held.get(id);
    if (here !== undefined && here.version === fields.version) continue;
    const versions = here === undefined ? [] : await store.show(id, source.id);
    if (!versions.some((paper) => paper.fields.version === fields.version)) absent += 1;
  }
  return absent;
}
