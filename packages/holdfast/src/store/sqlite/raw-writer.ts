import type { Place } from '../../model/paper.ts';
import type { RawPage } from '../port.ts';
import type { Connection } from './database.ts';
import { digest, pack } from './packing.ts';
import { number } from './rows.ts';

/** Where the bytes of a record are: page, offset, length; all null when they are not kept. */
export type RawRef = readonly [bigint | number | null, bigint | number | null, bigint | number | null];

/** No bytes. */
export const NO_RAW: RawRef = [null, null, null];

/** The page of one commit: written when the first of its records needs it, once for equal bytes. */
export class RawWriter {
  readonly #connection: Connection;
  readonly #page: RawPage | null;
  #number: bigint | number | null = null;

  constructor(connection: Connection, page: RawPage | null) {
    this.#connection = connection;
    this.#page = page;
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

  #store({ bytes, url, contentType, fetchedAt }: RawPage): bigint | number {
    const sha256 = digest(bytes);
    const known = this.#connection.get('SELECT number FROM raw_pages WHERE sha256 = ?', sha256);
    if (known) {
      // Its time begins anew: a record that needs it has just come.
      const sql = 'UPDATE raw_pages SET fetched_at = max(fetched_at, ?) WHERE number = ?';
      this.#connection.run(sql, fetchedAt, number(known, 'number'));
      return number(known, 'number');
    }
    return this.#connection.insert(
      'INSERT INTO raw_pages (sha256, url, content_type, fetched_at, size, zstd) VALUES (?, ?, ?, ?, ?, ?)',
      sha256,
      url,
      contentType,
      fetchedAt,
      bytes.byteLength,
      pack(bytes),
    );
  }
}
