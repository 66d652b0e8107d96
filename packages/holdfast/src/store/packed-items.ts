import { hash } from 'node:crypto';
import type { Item, PaperItem, UnknownField } from '../model/item.ts';
import type { PaperFields } from '../model/paper.ts';
import { contentJson } from '../model/row-write.ts';

/** A paper on its way to the writer: what a row of a new record needs, and the rest only when it is looked at. */
export interface PackedPaper {
  readonly id: string;
  readonly version: string | null;
  readonly datestamp: string;
  readonly deleted: boolean;
  readonly hash: string;
  /** `canonicalJson` of its fields in UTF-8. */
  readonly json: Uint8Array;
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
  bytes: number,
];

/**
 * Papers as bytes, hashed already: the length of the heads, the heads as JSON, and the contents as the store keeps them,
 * which on their way into it need not become text again. Empty for none.
 */
export function packItems(items: readonly PaperItem[]): Uint8Array {
  if (items.length === 0) return new Uint8Array();
  const texts = items.map(({ fields }) => contentJson(fields));
  const sizes = texts.map((text) => Buffer.byteLength(text));
  const bodies = Buffer.allocUnsafeSlow(sizes.reduce((sum, size) => sum + size, 0));
  let at = 0;
  const heads = items.map((item, index): Head => {
    const bytes = bodies.subarray(at, at + bodies.write(texts[index] ?? '', at));
    at += bytes.length;
    const { id, fields, datestamp, place, unknown } = item;
    const { offset, length } = place ?? { offset: -1, length: 0 };
    const [deleted, imported] = [fields.deleted ? 1 : 0, item.imported === true ? 1 : 0] as const;
    // prettier-ignore
    return [id, fields.version, datestamp, deleted, hash('sha256', bytes), imported, offset, length, unknown.join(), bytes.length];
  });
  const head = Buffer.from(JSON.stringify(heads));
  const packed = new Uint8Array(4 + head.length + bodies.length);
  new DataView(packed.buffer).setUint32(0, head.length);
  packed.set(head, 4);
  packed.set(bodies, 4 + head.length);
  return packed;
}

/** The papers in the bytes of `packItems`. */
export function* unpackItems(packed: Uint8Array): Iterable<PackedPaper> {
  if (packed.length === 0) return;
  const size = new DataView(packed.buffer, packed.byteOffset).getUint32(0);
  const heads = JSON.parse(new TextDecoder().decode(packed.subarray(4, 4 + size))) as Head[];
  let at = 4 + size;
  for (const head of heads) {
    const [id, version, datestamp, deleted, sha256, imported, offset, length, unknown, bytes] = head;
    yield {
      id,
      version,
      datestamp,
      deleted: deleted === 1,
      hash: sha256,
      json: packed.subarray(at, at + bytes),
      imported: imported === 1,
      place: offset < 0 ? null : { offset, length },
      unknown: unknown === '' ? [] : (unknown.split(',') as UnknownField[]),
    };
    at += bytes;
  }
}

/** The item that was packed. */
export function itemOf({ id, datestamp, json, imported, place, unknown }: PackedPaper): Item {
  const fields = JSON.parse(new TextDecoder().decode(json)) as PaperFields;
  return { type: 'paper', id, datestamp, place, fields, unknown, ...(imported ? { imported } : {}) };
}
