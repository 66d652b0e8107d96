import { open, readFile, rm } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { HoldfastError } from '../../model/error.ts';
import type { FeedPosition } from './position.ts';
import { outputError } from './output-error.ts';
import { replaceFile, writeAll } from './write-whole.ts';
import type { ByteSink } from './write-whole.ts';

/** What a file is opened with. */
export interface OutputFileOptions {
  readonly path: string;
  /** What is written there: format and filter as text. Another text is another export. */
  readonly content: string;
  /** For tests of disks that fail: what writes instead of the file. */
  readonly sinkOf?: (handle: FileHandle) => ByteSink;
}

interface SavedPosition {
  readonly content: string;
  readonly epoch: string;
  readonly seq: string;
  readonly hash: string;
  readonly bytes: number;
}

/** The file beside an output that tells its position. */
export function positionFile(path: string): string {
  return `${path}.position`;
}

/**
 * A file that papers are appended to, and its position in the feed. The position is written behind the bytes that it
 * covers have reached the disk, and what stands behind them when the file is opened again is cut: a kill at any moment
 * loses and doubles nothing. A write that fails leaves the file as it was before.
 */
export class OutputFile {
  readonly #options: OutputFileOptions;
  readonly #handle: FileHandle;
  #bytes: number;
  #saved: FeedPosition | null;

  private constructor(
    options: OutputFileOptions,
    handle: FileHandle,
    bytes: number,
    saved: FeedPosition | null,
  ) {
    this.#options = options;
    this.#handle = handle;
    this.#bytes = bytes;
    this.#saved = saved;
  }

  /** Begins anew: what stands there is gone. */
  static async create(options: OutputFileOptions): Promise<OutputFile> {
    try {
      await rm(positionFile(options.path), { force: true });
      return new OutputFile(options, await open(options.path, 'w+'), 0, null);
    } catch (error) {
      throw outputError(options.path, error);
    }
  }

  /**
   * Goes on where the file ends; what is torn behind that is cut. Begins when there is no file yet.
   * @throws HoldfastError `ERR_OUTPUT_OTHER` when it holds another export, `ERR_OUTPUT_CHANGED` when somebody shortened
   *   it or its position is lost
   */
  static async resume(options: OutputFileOptions): Promise<OutputFile> {
    const handle = await openExisting(options.path);
    if (handle === null) return OutputFile.create(options);
    try {
      const { bytes, position } = await whereToGoOn(handle, options);
      await handle.truncate(bytes);
      return new OutputFile(options, handle, bytes, position);
    } catch (error) {
      await handle.close();
      throw outputError(options.path, error);
    }
  }

  /** Where the file ends in the feed; null when nothing is in it yet. */
  get position(): FeedPosition | null {
    return this.#saved;
  }

  get isEmpty(): boolean {
    return this.#bytes === 0;
  }

  /** Appends all of it or, when the disk does not let us, nothing. */
  async write(piece: string | Uint8Array): Promise<void> {
    const bytes = typeof piece === 'string' ? Buffer.from(piece) : piece;
    const { sinkOf = (handle) => handle } = this.#options;
    try {
      await writeAll(sinkOf(this.#handle), bytes, this.#bytes);
    } catch (error) {
      await this.#handle.truncate(this.#bytes).catch(() => undefined);
      throw outputError(this.#options.path, error);
    }
    this.#bytes += bytes.length;
  }

  /** What was written is on the disk when this resolves, and so is the position that it has reached. */
  async save(position: FeedPosition): Promise<void> {
    const { content, path } = this.#options;
    const saved: SavedPosition = { content, ...position, seq: String(position.seq), bytes: this.#bytes };
    try {
      await this.#handle.datasync();
      await replaceFile(positionFile(path), `${JSON.stringify(saved)}\n`);
    } catch (error) {
      throw outputError(path, error);
    }
    this.#saved = position;
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }
}

async function openExisting(path: string): Promise<FileHandle | null> {
  try {
    return await open(path, 'r+');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw outputError(path, error);
  }
}

async function whereToGoOn(
  handle: FileHandle,
  options: OutputFileOptions,
): Promise<{ bytes: number; position: FeedPosition | null }> {
  const { path, content } = options;
  const [{ size }, saved] = [await handle.stat(), await readPosition(path)];
  if (saved !== null && saved.content !== content) throw otherContent(path, saved.content);
  if (saved === null) {
    if (size === 0) return { bytes: 0, position: null };
    throw changed(path, `its position ${positionFile(path)} is missing`);
  }
  const { epoch, hash, bytes } = saved;
  // What stands behind the position may be torn, or lack a part that did not reach the disk: it is written again.
  if (size < bytes) throw changed(path, `it has ${size} bytes, and ${bytes} were written`);
  return { bytes, position: { epoch, seq: BigInt(saved.seq), hash } };
}

async function readPosition(path: string): Promise<SavedPosition | null> {
  const file = positionFile(path);
  try {
    const value = JSON.parse(await readFile(file, 'utf8')) as Partial<SavedPosition> | null;
    const { content, epoch, seq, hash, bytes } = value ?? {};
    const isWhole =
      [content, epoch, seq, hash].every((each) => typeof each === 'string') &&
      /^\d+$/.test(seq ?? '') &&
      Number.isSafeInteger(bytes);
    if (isWhole) return value as SavedPosition;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw changed(path, `its position ${file} cannot be read`);
}

function otherContent(path: string, content: string): HoldfastError {
  return new HoldfastError('ERR_OUTPUT_OTHER', `${path} holds another export: ${content}.`, {
    hint: 'Name another file, or use the options that it was begun with.',
  });
}

function changed(path: string, why: string): HoldfastError {
  return new HoldfastError('ERR_OUTPUT_CHANGED', `${path} was changed by somebody else: ${why}.`, {
    hint: 'Move it away and begin anew: what is missing in it cannot be told.',
  });
}
