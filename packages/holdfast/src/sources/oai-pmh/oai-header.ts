import type { XmlNode } from '../../xml/index.ts';
import { childOf, childrenOf, childText, textOf } from '../../xml/index.ts';

/** A record's header, as given. */
export interface OaiHeader {
  readonly identifier: string;
  readonly datestamp: string;
  readonly deleted: boolean;
  readonly sets: readonly string[];
}

/** A record whose header is sound. */
export interface OaiRecord extends OaiHeader {
  /** The first element inside `<metadata>`; null without any. */
  readonly metadata: XmlNode | null;
}

/** Why a record cannot be used. */
export interface Fault {
  readonly fault: true;
  /** Stable code, such as `ERR_OAI_NO_IDENTIFIER`. */
  readonly code: string;
  readonly reason: string;
  readonly identifier: string | null;
  readonly datestamp: string | null;
}

/** No identifier is longer; what is, is another text in its place. */
const LONGEST_IDENTIFIER = 2_000;
const DATESTAMP = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2}))?$/;

/** Reads a `<record>` or, in ListIdentifiers, a bare `<header>`. */
export function readOaiRecord(node: XmlNode): OaiRecord | Fault {
  const header = node.name === 'header' ? node : childOf(node, 'header');
  const identifier = nonEmpty(childText(header, 'identifier'));
  const datestamp = nonEmpty(childText(header, 'datestamp'));
  const fault = (code: string, reason: string): Fault => ({
    fault: true,
    code,
    reason,
    identifier,
    datestamp,
  });
  if (header === null || (node.name !== 'record' && node.name !== 'header')) {
    return fault('ERR_OAI_NO_HEADER', `<${node.name}> has no header.`);
  }
  if (identifier === null) return fault('ERR_OAI_NO_IDENTIFIER', 'The record has no identifier.');
  if (identifier.length > LONGEST_IDENTIFIER) {
    const reason = `The identifier has ${String(identifier.length)} characters: ${identifier.slice(0, 40)}…`;
    return { fault: true, code: 'ERR_OAI_IDENTIFIER', reason, identifier: null, datestamp };
  }
  if (datestamp === null) return fault('ERR_OAI_NO_DATESTAMP', 'The record has no datestamp.');
  if (!DATESTAMP.test(datestamp) || Number.isNaN(Date.parse(datestamp))) {
    return fault('ERR_OAI_DATESTAMP', `The datestamp is no date: ${datestamp.slice(0, 40)}.`);
  }
  return {
    identifier,
    datestamp,
    deleted: header.attributes['status'] === 'deleted',
    sets: childrenOf(header, 'setSpec').map((set) => textOf(set).trim()),
    metadata: childOf(node, 'metadata')?.children[0] ?? null,
  };
}

/** Identifier and datestamp of a record that is no XML, where they can be read without doubt. */
export function glimpseHeader(bytes: Uint8Array): {
  readonly identifier: string | null;
  readonly datestamp: string | null;
} {
  const text = new TextDecoder().decode(bytes.subarray(0, 4096));
  const header = /<(?:[\w.-]+:)?header[\s>][^]*?<\/(?:[\w.-]+:)?header\s*>/.exec(text)?.[0] ?? text;
  const read = (name: string): string | null => {
    const found = new RegExp(
      `<(?:[\\w.-]+:)?${name}\\s*>([^<>&\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\ufffd]+)</`,
    ).exec(header);
    return nonEmpty(found?.[1] ?? null);
  };
  const datestamp = read('datestamp');
  return {
    identifier: read('identifier'),
    datestamp: datestamp !== null && DATESTAMP.test(datestamp) ? datestamp : null,
  };
}

function nonEmpty(text: string | null): string | null {
  const trimmed = text?.trim() ?? '';
  return trimmed === '' ? null : trimmed;
}
