export { XmlError } from './xml-error.ts';
export type { XmlErrorCode } from './xml-error.ts';
export { childOf, childrenOf, childText, textOf } from './xml-node.ts';
export type { XmlNode } from './xml-node.ts';
export type { RecordMarks } from './record-scanner.ts';
export { readXml } from './xml-reader.ts';
export { readXmlPiece } from './xml-piece.ts';
export { readXmlPage } from './xml-page.ts';
export type { BadPiece, XmlPage, XmlPageShape } from './xml-shape.ts';
