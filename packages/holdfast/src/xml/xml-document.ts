import { decodePage } from './decode.ts';
import type { XmlNode } from './xml-node.ts';
import { readXml } from './xml-reader.ts';

/** Reads a whole document strictly: nothing is repaired or salvaged. @throws XmlError */
export function readXmlDocument(bytes: Uint8Array): XmlNode {
  return readXml(decodePage(bytes).text);
}
