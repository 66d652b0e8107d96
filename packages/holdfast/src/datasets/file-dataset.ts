import type { Dataset, DatasetBatch, DatasetForm } from './port.ts';
import type { ByteFile } from './files/byte-file.ts';
import type { FoundFile } from './files/found-file.ts';
import { bad, type Mark, type Piece, type ReadForm } from './forms/piece.ts';
import { changed, printOf, readPosition, writePosition, type Position } from './position.ts';

/** A file of a data set: how it is read, or why it is not. */
export type PlannedFile =
  | { readonly file: ByteFile; readonly read: ReadForm }
  | { readonly file: ByteFile; readonly code: `ERR_DATASET_${string}`; readonly reason: string };

const START: Mark = { offset: 0, count: 0 };

/** A data set of files that are read one after the other. */
export class FileDataset implements Dataset {
  readonly path: string;
  readonly form: DatasetForm;
  readonly files: number;
  readonly bytes: number;
  readonly #planned: readonly PlannedFile[];
  readonly #found: readonly FoundFile[];

  constructor(path: string, form: DatasetForm, planned: readonly PlannedFile[]) {
    this.path = path;
    this.form = form;
    this.#planned = planned;
    this.#found = planned.map(({ file }) => file.found);
    this.files = planned.length;
    this.bytes = this.#found.reduce((sum, { size }) => sum + size, 0);
  }

  /** Whether any of its files can be read in this form. */
  get isReadable(): boolean {
    return this.#planned.some((planned) => 'read' in planned);
  }

  async *batches({
    after,
    signal,
    unread = false,
  }: {
    readonly after: string | null;
    readonly signal: AbortSignal;
    readonly unread?: boolean;
  }): AsyncGenerator<DatasetBatch> {
    const start = after === null ? null : await this.#checked(readPosition(after));
    let read = this.#found.slice(0, start?.index ?? 0).reduce((sum, { size }) => sum + size, 0);
    for (let index = start?.index ?? 0; index < this.#planned.length; index += 1) {
      const planned = this.#planned[index];
      if (planned === undefined) break;
      const before = printOf(this.#found.slice(0, index));
      const from = start?.index === index ? start : START;
      for await (const piece of piecesOf(planned, from, signal, unread)) {
        signal.throwIfAborted();
        const { offset, count } = piece.next;
        const { name } = planned.file.found;
        const print = await this.#printOf(planned, offset);
        yield {
          entries: piece.entries,
          ...(piece.raw === undefined ? {} : { raw: piece.raw }),
          ...(piece.lines === undefined ? {} : { lines: piece.lines }),
          position: writePosition({ index, name, offset, count, print, before }),
          bytesRead: read + piece.read,
        };
      }
      read += planned.file.found.size;
    }
  }

  /** Rows of a table have no place in its file that would tell what was read: all of it must be the same. */
  #printOf({ file }: PlannedFile, offset: number): Promise<string> {
    const isTable = this.form === 'sqlite' || this.form === 'parquet';
    return file.fingerprint(isTable ? null : offset);
  }

  async #checked(position: Position): Promise<Position> {
    const { index, name, offset, print, before } = position;
    const planned = this.#planned[index];
    if (planned === undefined || planned.file.found.name !== name) throw changed(name);
    if (before !== printOf(this.#found.slice(0, index))) throw changed(name);
    if (planned.file.codec === 'none' && 'read' in planned && planned.file.found.size < offset)
      throw changed(name);
    if ((await this.#printOf(planned, offset)) !== print) throw changed(name);
    return position;
  }
}

/** A file that is not read gives one entry that says so. */
async function* piecesOf(
  planned: PlannedFile,
  from: Mark,
  signal: AbortSignal,
  unread: boolean,
): AsyncGenerator<Piece> {
  if ('read' in planned) {
    yield* planned.read(planned.file, from, signal, unread);
    return;
  }
  if (from.count > 0) return;
  const { name, size } = planned.file.found;
  yield { entries: [bad(name, planned.code, planned.reason)], next: { offset: 0, count: 1 }, read: size };
}
