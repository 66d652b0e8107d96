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

/** Where bytes are written to. */
export interface Room {
  readonly bytes: Uint8Array;
  readonly at: number;
}

const FIRST_SIZE = 1 << 18;
/** Bytes of the length of the heads. */
const SIZE = 4;

/** Collects papers as bytes, one after the other: nothing else of a paper has to be kept until the commit. */
export class PaperPacker {
  #bodies: Buffer;
  #at = 0;
  readonly #heads: Head[] = [];

  /** @param memory of a packer that is needed no more: what is new has to be cleared and collected */
  constructor(memory: Buffer = Buffer.alloc(0)) {
    this.#bodies = memory;
  }

  /** Where it writes; for the next one, when this one is needed no more. */
  get memory(): Buffer {
    return this.#bodies;
  }

  get count(): number {
    return this.#heads.length;
  }

  add(item: PaperItem): void {
    const { id, fields, datestamp, place, unknown } = item;
    const json = contentJson(fields);
    // No character takes more than three bytes.
    this.room(json.length * 3);
    const length = this.#bodies.write(json, this.#at);
    const { version, deleted } = fields;
    const imported = item.imported === true;
    this.close({ id, version, datestamp, deleted, imported, place, unknown: unknown.join() }, length);
  }

  /** Where the canonical JSON of the next paper is written, with at least so many bytes; `close` follows. */
  room(length: number): Room {
    if (this.#at + length > this.#bodies.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(FIRST_SIZE, 2 * this.#bodies.length, this.#at + length));
      this.#bodies.copy(larger, 0, 0, this.#at);
      this.#bodies = larger;
    }
    return { bytes: this.#bodies, at: this.#at };
  }

  /** Takes the paper whose canonical JSON was written. */
  close(paper: Omit<PackedPaper, 'hash' | 'json' | 'unknown'> & { unknown: string }, length: number): void {
    const { id, version, datestamp, place, unknown } = paper;
    const { offset, length: size } = place ?? { offset: -1, length: 0 };
    const [deleted, imported] = [paper.deleted ? 1 : 0, paper.imported ? 1 : 0] as const;
    const sha256 = hash('sha256', this.#bodies.subarray(this.#at, this.#at + length));
    this.#heads.push([id, version, datestamp, deleted, sha256, imported, offset, size, unknown, length]);
    this.#at += length;
  }

  /** The papers from a number on, as `packItems` gives them; they lie in `memory` and take no other. */
  finish(from = 0): Uint8Array {
    const heads = this.#heads.slice(from);
    if (heads.length === 0) return new Uint8Array();
    const start = this.#heads.slice(0, from).reduce((sum, head) => sum + head[9], 0);
    const text = JSON.stringify(heads);
    // No character takes more than three bytes.
    const { bytes, at } = this.room(text.length * 3 + SIZE);
    const length = this.#bodies.write(text, at);
    viewOf(bytes).setUint32(at + length, length);
    return bytes.subarray(start, at + length + SIZE);
  }
}

/**
 * Papers as bytes, hashed already: the contents as the store keeps them, which on their way into it need not become
 * text again, then the heads as JSON, then the length of these. Empty for none.
 */
export function packItems(items: readonly PaperItem[]): Uint8Array {
  const packer = new PaperPacker();
  for (const item of items) packer.add(item);
  return packer.finish();
}

/** The papers in the bytes of `packItems`. */
export function* unpackItems(packed: Uint8Array): Iterable<PackedPaper> {
  if (packed.length === 0) return;
  const end = packed.length - SIZE;
  const size = viewOf(packed).getUint32(end);
  const heads = JSON.parse(new TextDecoder().decode(packed.subarray(end - size, end))) as Head[];
  let at = 0;
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

function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}
