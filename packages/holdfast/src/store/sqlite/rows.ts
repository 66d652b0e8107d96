import type { Gap } from '../../model/gap.ts';
import type { Change, ChangeKind, PaperFields, StoredPaper } from '../../model/paper.ts';
import type { Lane, Window, WindowState } from '../../model/window.ts';
import type { PageEvidence, QuarantineEntry, SourceState } from '../port.ts';
import type { Row } from './database.ts';

/** A column as text. */
export function text(row: Row, name: string): string {
  return String(row[name]);
}

/** A column as text or null. */
export function textOrNull(row: Row, name: string): string | null {
  return row[name] === null || row[name] === undefined ? null : text(row, name);
}

/** A column as number. */
export function number(row: Row, name: string): number {
  return Number(row[name]);
}

/** A column as number or null. */
export function numberOrNull(row: Row, name: string): number | null {
  const value = row[name];
  return value === null || value === undefined ? null : Number(value);
}

/** A column as bigint; the statement must have been read with bigints for numbers beyond 2^53. */
export function big(row: Row, name: string): bigint {
  return BigInt(row[name] as bigint | number);
}

/** A column of bytes. */
export function bytes(row: Row, name: string): Uint8Array {
  return row[name] as Uint8Array;
}

/** Columns that make a `StoredPaper`. */
export const PAPER_COLUMNS =
  'p.seq, p.record, p.born, p.source, p.datestamp, p.hash, p.hash_version, p.fields';

/** A row of `papers` as the model's. */
export function toPaper(row: Row): StoredPaper {
  return {
    seq: big(row, 'seq'),
    source: text(row, 'source'),
    datestamp: text(row, 'datestamp'),
    fields: JSON.parse(text(row, 'fields')) as PaperFields,
    hash: text(row, 'hash'),
    hashVersion: number(row, 'hash_version'),
  };
}

/** A row of `changes` as the model's. */
export function toChange(row: Row): Change {
  return {
    seq: big(row, 'seq'),
    kind: text(row, 'kind') as ChangeKind,
    source: text(row, 'source'),
    id: text(row, 'id'),
    version: textOrNull(row, 'version'),
    hash: text(row, 'hash'),
    hashVersion: number(row, 'hash_version'),
    datestamp: text(row, 'datestamp'),
    at: number(row, 'at'),
  };
}

/** A row of `windows` as the model's. */
export function toWindow(row: Row): Window {
  return {
    key: text(row, 'key'),
    source: text(row, 'source'),
    stream: text(row, 'stream'),
    from: text(row, 'from_day'),
    to: textOrNull(row, 'to_day'),
    lane: text(row, 'lane') as Lane,
    state: text(row, 'state') as WindowState,
    look: number(row, 'look'),
    cursor: text(row, 'cursor'),
    nextAt: numberOrNull(row, 'next_at'),
    attempts: number(row, 'attempts'),
    reason: text(row, 'reason'),
    serverDate: textOrNull(row, 'server_date'),
    lookedAt: numberOrNull(row, 'looked_at'),
    records: number(row, 'records'),
    pages: number(row, 'pages'),
  };
}

/** The pages that a row of `windows` remembers. */
export function toEvidence(row: Row): readonly PageEvidence[] {
  return JSON.parse(text(row, 'evidence')) as PageEvidence[];
}

/** A row of `sources` as the port's. */
export function toSource(row: Row): SourceState {
  const state = JSON.parse(text(row, 'state')) as Omit<SourceState, 'id' | 'kind'>;
  return { id: text(row, 'id'), kind: text(row, 'kind'), ...state };
}

/** A row of `gaps` as the model's. */
export function toGap(row: Row): Gap {
  const stream = textOrNull(row, 'stream');
  const range =
    stream === null ? null : { stream, from: text(row, 'from_day'), to: textOrNull(row, 'to_day') };
  return {
    key: text(row, 'key'),
    source: text(row, 'source'),
    id: textOrNull(row, 'id'),
    range,
    datestamp: textOrNull(row, 'datestamp'),
    reason: text(row, 'reason'),
    since: number(row, 'since'),
    attempts: number(row, 'attempts'),
    state: text(row, 'state') as Gap['state'],
    lastAnswer: textOrNull(row, 'last_answer'),
    nextAt: numberOrNull(row, 'next_at'),
  };
}

/** A row of `quarantine` as the port's; `content` are its decompressed bytes. */
export function toEntry(row: Row, content: Uint8Array): QuarantineEntry {
  return {
    number: number(row, 'number'),
    source: text(row, 'source'),
    id: textOrNull(row, 'id'),
    datestamp: textOrNull(row, 'datestamp'),
    code: text(row, 'code'),
    reason: text(row, 'reason'),
    since: number(row, 'since'),
    attempts: number(row, 'attempts'),
    state: text(row, 'state') as QuarantineEntry['state'],
    note: textOrNull(row, 'note'),
    bytes: content,
    url: text(row, 'url'),
    contentType: text(row, 'content_type'),
  };
}
