import { newestStamp } from '../../model/knowledge.ts';
import type { RecordRows } from '../port.ts';
import type { MemoryRow, Records } from './records.ts';

/** Whole records in the order of their ids' bytes, each row with the last change of it. */
export function lastChangesOf(
  records: Records,
  source: string,
  after: string,
  limit: number,
): readonly RecordRows[] {
  const all = new Map(records.bySource()).get(source) ?? [];
  return all
    .flatMap((rows) => {
      const id = rows[0]?.fields.id ?? '';
      return byBytes(id, after) > 0 ? [{ id, rows }] : [];
    })
    .sort((a, b) => byBytes(a.id, b.id))
    .slice(0, limit)
    .map(({ id, rows }) => ({
      id,
      datestamp: newestStamp(rows) ?? '',
      rows: rows.flatMap((row) => lastChange(records, row)),
    }));
}

function lastChange({ changes }: Records, { seq }: MemoryRow): RecordRows['rows'] {
  const change = changes[Number(seq) - 1];
  return change ? [change] : [];
}

/** Orders texts by their bytes in UTF-8, as SQLite does. */
export function byBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
