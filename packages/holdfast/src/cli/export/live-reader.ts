import { statSync } from 'node:fs';
import { openReader } from '../../store/sqlite/index.ts';
import type { StoreReader } from '../../store/port.ts';

/**
 * A reader of whatever store stands at a path: a restore puts another file there, and a reader that stayed open would
 * go on reading the old one for ever.
 */
export class LiveReader {
  readonly #file: string;
  #open: { readonly reader: StoreReader; readonly inode: string } | null = null;

  constructor(file: string) {
    this.#file = file;
  }

  /** @throws HoldfastError `ERR_STORE_ABSENT` */
  async get(): Promise<StoreReader> {
    const inode = inodeOf(this.#file);
    if (this.#open !== null && this.#open.inode === inode) return this.#open.reader;
    await this.close();
    const reader = openReader({ file: this.#file });
    this.#open = { reader, inode };
    return reader;
  }

  async close(): Promise<void> {
    const open = this.#open;
    this.#open = null;
    await open?.reader.close();
  }
}

function inodeOf(file: string): string {
  const stat = statSync(file, { bigint: true, throwIfNoEntry: false });
  return stat === undefined ? '' : `${stat.dev}:${stat.ino}`;
}
