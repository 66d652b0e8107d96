import { HoldfastError } from '../model/error.ts';

/** Why a document is not accepted. The texts are stable. */
export type XmlErrorCode =
  | 'ERR_XML_EMPTY'
  | 'ERR_XML_NOT_XML'
  | 'ERR_XML_HTML'
  | 'ERR_XML_ROOT'
  | 'ERR_XML_TRUNCATED'
  | 'ERR_XML_MISMATCHED_TAG'
  | 'ERR_XML_ENTITY'
  | 'ERR_XML_CONTROL_CHARACTER'
  | 'ERR_XML_ENCODING'
  | 'ERR_XML_OUTSIDE_TEXT'
  | 'ERR_XML_SECOND_ROOT'
  | 'ERR_XML_DTD'
  | 'ERR_XML_AMBIGUOUS'
  | 'ERR_XML_MALFORMED';

/** A document that is not well-formed, or not the document that was asked for. */
export class XmlError extends HoldfastError {
  declare readonly code: XmlErrorCode;

  constructor(code: XmlErrorCode, message: string, cause?: unknown) {
    super(code, message, { hint: 'The answer is kept as it came; ask the source again.', cause });
    this.name = 'XmlError';
  }
}

/** What the parser says, and the code under which it is reported; the first that fits decides. */
const SAYINGS: readonly (readonly [RegExp, XmlErrorCode])[] = [
  [/disallowed character\.$/, 'ERR_XML_CONTROL_CHARACTER'],
  [/entity/, 'ERR_XML_ENTITY'],
  [/unexpected close tag|unmatched closing tag/, 'ERR_XML_MISMATCHED_TAG'],
  [/unclosed tag|unexpected end/, 'ERR_XML_TRUNCATED'],
  [/must contain a root/, 'ERR_XML_EMPTY'],
  [/outside of root/, 'ERR_XML_OUTSIDE_TEXT'],
  [/only one root/, 'ERR_XML_SECOND_ROOT'],
];

/** The parser's error as one of ours; an `XmlError` passes unchanged. */
export function toXmlError(error: unknown): XmlError {
  if (error instanceof XmlError) return error;
  const saying = error instanceof Error ? error.message : String(error);
  const code = SAYINGS.find(([pattern]) => pattern.test(saying))?.[1] ?? 'ERR_XML_MALFORMED';
  return new XmlError(code, `The document is not well-formed XML (${saying}).`, error);
}
