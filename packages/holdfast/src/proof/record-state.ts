import { compareVersions } from '../model/knowledge.ts';
import type { Change } from '../model/paper.ts';

/** What a state is reckoned from: any of a record's changes, whatever else they say. */
export type StateChange = Pick<Change, 'seq' | 'version' | 'datestamp' | 'hash' | 'hashVersion'>;

/**
 * The rows of one record as its changes tell them: the last change of each version; a change without a version counts
 * only while no later one names a version, because by then it has become that version. `changes` in any order.
 *
 * The store holds every one of these rows. It may hold one more: a row without a version outlives an older version
 * that arrives late. Rows come in the order of their versions' bytes, none first.
 */
export function stateOf<Row extends StateChange>(changes: readonly Row[]): readonly Row[] {
  const last = new Map<string | null, Row>();
  let numbered = 0n;
  for (const change of changes) {
    const known = last.get(change.version);
    if (!known || known.seq < change.seq) last.set(change.version, change);
    if (change.version !== null && change.seq > numbered) numbered = change.seq;
  }
  const unnumbered = last.get(null);
  if (unnumbered && unnumbered.seq < numbered) last.delete(null);
  return [...last.values()].sort((a, b) => compareBytes(a.version ?? '', b.version ?? ''));
}

/** The row whose datestamp says where the record belongs: the one without a version, else the greatest version. */
export function placeOf<Row extends StateChange>(rows: readonly Row[]): Row | null {
  let place: Row | null = null;
  for (const row of rows) {
    if (row.version === null) return row;
    if (!place || compareVersions(row.version, place.version ?? '') > 0) place = row;
  }
  return place;
}

/** Orders texts by their bytes in UTF-8. */
export function compareBytes(a: string, b: string): number {
  if (a === b) return 0;
  for (let at = 0; at < a.length && at < b.length; at += 1) {
    const [left, right] = [a.charCodeAt(at), b.charCodeAt(at)];
    // UTF-16 orders surrogates before U+E000 to U+FFFF, UTF-8 behind them.
    if (left !== right) return rank(left) - rank(right);
  }
  return a.length - b.length;
}

function rank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}
