import { decodePiece } from './decode.ts';
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
 * Reads one element that was cut out of its page: as it stands, else with certain repairs. `latin`: the page
 * declares Latin-1 or windows-1252.
 * @throws XmlError that of the piece as it stands when nothing could be repaired
 */
export function readXmlPiece(bytes: Uint8Array, latin = false): XmlPiece {
  const piece = decodePiece(bytes, latin);
  try {
    return { node: readXml(piece.text), repairs: piece.repairs };
  } catch (error) {
    const repaired = repairText(piece.text);
    if (repaired.repairs.length === 0) throw toXmlError(error);
    return { node: readXml(repaired.text), repairs: [...piece.repairs, ...repaired.repairs] };
  }
}
