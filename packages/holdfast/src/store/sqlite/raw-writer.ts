import type { Place } from '../../model/paper.ts';
import type { RawPage } from '../port.ts';
import type { Connection } from './database.ts';
import { nextNumber } from './next-number.ts';
import { pack } from './packing.ts';
import { insertChecked, updateChecked } from './row-check.ts';
import { number } from './rows.ts';

const INSERT = insertChecked('raw_pages');
const TOUCH = updateChecked('raw_pages', { fetched_at: '?1' }, 'number = ?2 AND fetched_at < ?1');

/** Where the bytes of a record are: page, offset, length; all null when they are not kept. */
export type RawRef = readonly [bigint | number | null, bigint | number | null, bigint | number | null];

/** No bytes. */
export const NO_RAW: RawRef = [null, null, null];

/** The page of one commit: written when the first of its records needs it, once for equal bytes. */
export class RawWriter {
  readonly #connection: Connection;
  readonly #page: RawPage | null;
  readonly #sha256: string;
  #number: bigint | number | null = null;

  /** @param sha256 of the page's bytes. */
  constructor(connection: Connection, page: RawPage | null, sha256: string) {
    this.#connection = connection;
    this.#page = page;
    this.#sha256 = sha256;
  }

  /** Keeps the page because something of it is news. */
  keep(): bigint | number | null {
    if (this.#page && this.#number === null) this.#number = this.#store(this.#page);
    return this.#number;
  }

  /** Keeps the page for the record at `place`. */
  keepFor(place: Place | null): RawRef {
    const page = this.keep();
    return page === null || place === null ? NO_RAW : [page, place.offset, place.length];
  }

  #store({ bytes, packed, url, contentType, fetchedAt }: RawPage): bigint | number {
    const known = this.#connection.get('SELECT number FROM raw_pages WHERE sha256 = ?', this.#sha256);
    if (known) {
      // Its time begins anew: a record that needs it has just come.
      this.#connection.run(TOUCH, fetchedAt, number(known, 'number'));
      return number(known, 'number');
    }
    const next = nextNumber(this.#connection, 'raw_pages');
    const { size, zstd } = packed ?? { size: bytes.byteLength, zstd: pack(bytes) };
    this.#connection.run(INSERT, next, this.#sha256, url, contentType, fetchedAt, size, zstd);
    return next;
  }
}
