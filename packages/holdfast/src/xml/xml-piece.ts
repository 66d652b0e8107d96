import { decodePiece, type Declared } from './decode.ts';
import { repairText } from './repair.ts';
import { toXmlError } from './xml-error.ts';
import type { XmlNode } from './xml-node.ts';
import { readXml } from './xml-reader.ts';

/** A piece of a page that was read alone, and the certain repairs that it took. */
export interface XmlPiece {
  readonly node: XmlNode;
  readonly repairs: readonly string[];
}

/**
 * Reads one element that was cut out of its page: as it stands, else with certain repairs. `declared`: what the
 * page says of its encoding.
 * @throws XmlError that of the piece as it stands when nothing could be repaired
 */
export function readXmlPiece(bytes: Uint8Array, declared: Declared = { kind: 'unicode' }): XmlPiece {
  const piece = decodePiece(bytes, declared);
  try {
    return { node: readXml(piece.text), repairs: piece.repairs };
  } catch (error) {
    const repaired = repairText(piece.text);
    if (repaired.repairs.length === 0) throw toXmlError(error);
    return { node: readXml(repaired.text), repairs: [...piece.repairs, ...repaired.repairs] };
  }
}
