import type { Place } from '../../model/paper.ts';
import type { BadPiece, XmlNode } from '../../xml/index.ts';
import { childOf, childrenOf, childText, readXmlPage, textOf } from '../../xml/index.ts';
import type { ListVerb } from './oai-shape.ts';
import { LIST_VERBS, OAI_SHAPE } from './oai-shape.ts';

/** An `<error>` of the protocol. */
export interface OaiError {
  readonly code: string;
  readonly text: string;
}

/** A `<resumptionToken>`; `text` is empty at the end of a list. */
export interface OaiToken {
  readonly text: string;
  readonly expirationDate: string | null;
  readonly completeListSize: number | null;
}

/** An OAI-PMH answer, taken apart. */
export interface OaiDocument<T> {
  /** The server's date of the answer, null when it is no date. */
  readonly responseDate: string | null;
  readonly errors: readonly OaiError[];
  /** The list that it holds; null for errors and other verbs. */
  readonly list: { readonly verb: ListVerb; readonly token: OaiToken | null } | null;
  readonly identify: XmlNode | null;
  readonly records: readonly T[];
  readonly bad: readonly BadPiece[];
  readonly repairs: readonly string[];
}

/**
 * Reads an answer whole. The `<request>` echo is not looked at: servers get it wrong.
 * @throws XmlError when it is cut, not XML or another document
 */
export function readOaiDocument<T>(
  bytes: Uint8Array,
  convert: (record: XmlNode, place: Place) => T,
): OaiDocument<T> {
  const page = readXmlPage(bytes, OAI_SHAPE, convert);
  const verb = LIST_VERBS.find((name) => childOf(page.root, name) !== null);
  return {
    responseDate: dateOrNull(childText(page.root, 'responseDate')),
    errors: childrenOf(page.root, 'error').map((error) => ({
      code: error.attributes['code']?.trim() ?? '',
      text: textOf(error).trim(),
    })),
    list: verb === undefined ? null : { verb, token: readToken(childOf(page.root, verb)) },
    identify: childOf(page.root, 'Identify'),
    records: page.records,
    bad: page.bad,
    repairs: page.repairs,
  };
}

function readToken(list: XmlNode | null): OaiToken | null {
  const token = childOf(list, 'resumptionToken');
  if (token === null) return null;
  const size = /^\s*(\d{1,15})\s*$/.exec(token.attributes['completeListSize'] ?? '')?.[1];
  return {
    text: textOf(token).trim(),
    expirationDate: dateOrNull(token.attributes['expirationDate'] ?? null),
    completeListSize: size === undefined ? null : Number(size),
  };
}

function dateOrNull(text: string | null): string | null {
  const trimmed = text?.trim() ?? '';
  return /^\d{4}-\d{2}-\d{2}/.test(trimmed) && !Number.isNaN(Date.parse(trimmed)) ? trimmed : null;
}
