import type { HistoryEntry, Item } from '../../model/item.ts';
import type { Place } from '../../model/paper.ts';
import type { XmlNode } from '../../xml/index.ts';
import { childrenOf, childText } from '../../xml/index.ts';
import type { Fault, OaiRecord } from '../oai-pmh/index.ts';

/** The versions of a paper from the prefix `arXivRaw`: its first posting, and whether the latest withdraws it. */
export function readArxivHistory(id: string, record: OaiRecord, place: Place): Item | Fault {
  const { datestamp } = record;
  const history = childrenOf(record.metadata, 'version').map(readVersion).sort(byNumber);
  const latest = history.at(-1);
  if (latest === undefined || history.some((entry) => entry.version === '')) {
    const reason = 'The record names no versions that can be read.';
    return { fault: true, code: 'ERR_ARXIV_NO_VERSIONS', reason, identifier: record.identifier, datestamp };
  }
  const first = history.find((entry) => entry.version === '1');
  return {
    type: 'history',
    id,
    datestamp,
    place,
    version: latest.version,
    published: first?.date?.slice(0, 10) ?? null,
    // `I` marks a withdrawal; it may stand beside other letters, as in `SI`.
    withdrawn: latest.sourceType?.includes('I') ?? false,
    history,
  };
}

function readVersion(node: XmlNode): HistoryEntry {
  const version = /^v?([1-9]\d{0,5})$/.exec(node.attributes['version']?.trim() ?? '')?.[1] ?? '';
  const date = Date.parse(childText(node, 'date') ?? '');
  const size = childText(node, 'size')?.trim() ?? '';
  const sourceType = childText(node, 'source_type')?.trim() ?? '';
  return {
    version,
    date: Number.isNaN(date) ? null : new Date(date).toISOString(),
    ...(size === '' ? {} : { size }),
    ...(sourceType === '' ? {} : { sourceType }),
  };
}

/** Version numbers have no leading zeros: the longer one is the greater. */
function byNumber(a: HistoryEntry, b: HistoryEntry): number {
  return a.version.length - b.version.length || (a.version < b.version ? -1 : 1);
}
