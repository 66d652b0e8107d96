import { statSync } from 'node:fs';
import { openReader } from '../store/sqlite/index.ts';
import type { StoreReader } from '../store/port.ts';

/**
 * One connection to the store that is kept open between questions. Modes: closed (no store yet, or the last reading
 * failed), open on a file. A file that was put in the place of the one that is open (a restored backup) is opened anew.
 */
export class KeptReader {
  readonly #file: string;
  #open: { readonly reader: StoreReader; readonly identity: string } | null = null;

  constructor(file: string) {
    this.#file = file;
  }

  /** Reads the store; the reader is null when there is none yet. @throws the errors of `openReader` and of `work` */
  async with<Result>(work: (reader: StoreReader | null) => Promise<Result>): Promise<Result> {
    const reader = await this.#current();
    try {
      return await work(reader);
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  async close(): Promise<void> {
    const open = this.#open;
    this.#open = null;
    await open?.reader.close();
  }

  async #current(): Promise<StoreReader | null> {
    const identity = identityOf(this.#file);
    if (this.#open !== null && this.#open.identity !== identity) await this.close();
    if (identity === null) return null;
    this.#open ??= { reader: openReader({ file: this.#file }), identity };
    return this.#open.reader;
  }
}

/** Which file has this name now; null when there is none. */
function identityOf(file: string): string | null {
  const found = statSync(file, { throwIfNoEntry: false, bigint: true });
  return found === undefined ? null : `${found.dev}:${found.ino}`;
}
