import type { Item } from '../../model/item.ts';
import type { Place } from '../../model/paper.ts';
import type { XmlNode } from '../../xml/index.ts';
import { latin1Of, readXmlPiece, XmlError } from '../../xml/index.ts';
import type { OaiRules } from './oai-answer.ts';
import { readOaiDocument } from './oai-document.ts';
import { readOaiRecord } from './oai-header.ts';

/**
 * Reads quarantined bytes again: one record or header, or a whole page. Places are those in these bytes. What
 * cannot be read is left out.
 */
export function redriveOai(rules: OaiRules, bytes: Uint8Array): readonly Item[] {
  const read = (node: XmlNode, place: Place): readonly Item[] => {
    const record = readOaiRecord(node);
    const item = 'fault' in record ? record : rules.convert(rules.asOf(node), record, place);
    return 'fault' in item ? [] : [item];
  };
  try {
    if (isPage(bytes)) return readOaiDocument(bytes, read).records.flat();
    return read(readXmlPiece(bytes).node, { offset: 0, length: bytes.length });
  } catch (error) {
    // Still unreadable: it stays in the quarantine.
    if (error instanceof XmlError) return [];
    throw error;
  }
}

function isPage(bytes: Uint8Array): boolean {
  return /<(?:[\w.-]+:)?OAI-PMH[\s>]/.test(latin1Of(bytes));
}
