import { arxivIdOfOai } from '../identity/arxiv-id.ts';
import type { BadItem, Item } from '../model/item.ts';
import type { Place } from '../model/paper.ts';
import { readOaiDocument } from '../sources/oai-pmh/oai-document.ts';
import { readOaiRecord } from '../sources/oai-pmh/oai-header.ts';
import type { XmlNode } from '../xml/index.ts';
import { childrenOf, childText, copyOf } from '../xml/index.ts';
import type { Mapped, Values } from './mapped.ts';
import { readSnapshotLine } from './snapshot-line.ts';

/** What a page holds for an import. */
export interface PageContent {
  readonly items: readonly Item[];
  readonly bad: readonly BadItem[];
}

/**
 * A page of the prefix `arXivRaw` as papers. The harvest takes only versions from it, since it brings the papers by
 * another prefix; whoever left nothing else has the papers here.
 * @throws XmlError when the page cannot be read at all
 */
export function readArxivRaw(bytes: Uint8Array): PageContent {
  const items: Item[] = [];
  const bad: BadItem[] = [];
  const document = readOaiDocument(bytes, (node, place) => {
    const read = readRecord(node, place);
    if ('type' in read) items.push(read);
    else bad.push({ ...read, bytes: copyOf(bytes, place.offset, place.offset + place.length), place });
  });
  return { items, bad: [...bad, ...document.bad.map((piece) => ({ ...piece, id: null, datestamp: null }))] };
}

type Why = Pick<BadItem, 'id' | 'datestamp' | 'code' | 'reason'>;

function readRecord(node: XmlNode, place: Place): Item | Why {
  const record = readOaiRecord(node);
  const { identifier, datestamp } = record;
  const id = identifier === null ? null : arxivIdOfOai(identifier);
  if ('fault' in record) return { id, datestamp, code: record.code, reason: record.reason };
  if (id === null) {
    const reason = `This is no identifier of arXiv: ${record.identifier.slice(0, 80)}.`;
    return { id, datestamp, code: 'ERR_ARXIV_ID', reason };
  }
  if (record.deleted) return { type: 'deleted', id, datestamp: record.datestamp, place };
  const mapped: Mapped = readSnapshotLine(valuesOf(record.metadata, id, record.datestamp));
  if (mapped.type === 'refused') return { id, datestamp, code: mapped.code, reason: mapped.reason };
  const versions = childrenOf(record.metadata, 'version');
  const withdrawn = childText(versions.at(-1) ?? null, 'source_type')?.includes('I') ?? false;
  return {
    ...mapped.item,
    datestamp: record.datestamp,
    fields: { ...mapped.item.fields, withdrawn },
    unknown: mapped.item.unknown.filter((field) => field !== 'withdrawn'),
    place,
  };
}

function valuesOf(metadata: XmlNode | null, id: string, datestamp: string): Values {
  const names = ['title', 'authors', 'categories', 'comments', 'journal-ref', 'doi', 'license', 'abstract'];
  const versions = childrenOf(metadata, 'version').map((version) => ({
    version: version.attributes['version'] ?? '',
    created: childText(version, 'date') ?? '',
  }));
  return {
    ...Object.fromEntries(names.map((name) => [name, childText(metadata, name)])),
    id,
    update_date: datestamp,
    versions,
  };
}
