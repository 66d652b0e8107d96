import type { Item, PaperItem, UnknownField } from '../model/item.ts';
import type { PaperFields } from '../model/paper.ts';
import { contentOf } from '../model/row-write.ts';

/** A paper on its way to the writer: what a row of a new record needs, and the rest only when it is looked at. */
export interface PackedPaper {
  readonly id: string;
  readonly version: string | null;
  readonly datestamp: string;
  readonly deleted: boolean;
  readonly hash: string;
  /** `canonicalJson` of its fields. */
  readonly json: string;
  readonly imported: boolean;
  readonly place: PaperItem['place'];
  readonly unknown: readonly UnknownField[];
}

type Head = readonly [
  id: string,
  version: string | null,
  datestamp: string,
  deleted: 0 | 1,
  hash: string,
  imported: 0 | 1,
  offset: number,
  length: number,
  unknown: string,
];

/** Papers as text, hashed already: two lines each, as JSON has no line ends. */
export function packItems(items: readonly PaperItem[]): string {
  let text = '';
  for (const item of items) {
    const { fields, place, unknown } = item;
    const { json, hash } = contentOf(fields);
    const at = place ?? { offset: -1, length: 0 };
    const deleted = fields.deleted ? 1 : 0;
    const imported = item.imported === true ? 1 : 0;
    const names = unknown.join();
    // prettier-ignore
    const head: Head = [item.id, fields.version, item.datestamp, deleted, hash, imported, at.offset, at.length, names];
    text += `${JSON.stringify(head)}\n${json}\n`;
  }
  return text;
}

/** The papers in a text of `packItems`. */
export function* unpackItems(text: string): Iterable<PackedPaper> {
  for (let from = 0; from < text.length;) {
    const middle = text.indexOf('\n', from);
    const end = text.indexOf('\n', middle + 1);
    const head = JSON.parse(text.slice(from, middle)) as Head;
    const [id, version, datestamp, deleted, hash, imported, offset, length, unknown] = head;
    yield {
      id,
      version,
      datestamp,
      deleted: deleted === 1,
      hash,
      json: text.slice(middle + 1, end),
      imported: imported === 1,
      place: offset < 0 ? null : { offset, length },
      unknown: unknown === '' ? [] : (unknown.split(',') as UnknownField[]),
    };
    from = end + 1;
  }
}

/** The item that was packed. */
export function itemOf({ id, datestamp, json, imported, place, unknown }: PackedPaper): Item {
  const fields = JSON.parse(json) as PaperFields;
  return { type: 'paper', id, datestamp, place, fields, unknown, ...(imported ? { imported } : {}) };
}
