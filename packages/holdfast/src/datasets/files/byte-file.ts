import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { Transform } from 'node:stream';
import type { Codec } from './codec.ts';
import { codecOf, decoderOf } from './codec.ts';
import { unreadable, type FoundFile } from './found-file.ts';

/** Bytes of a file, decoded, and what was read of it on the disk so far. */
export interface Chunk {
  readonly bytes: Buffer;
  readonly read: number;
}

/** The compressed stream of a file ended too early or is damaged; what came before it was good. */
export class CutStream extends Error {}

const CHUNK = 1 << 20;
const PRINT = 4096;
/** Parts of a file that are looked at, at most. */
const SAMPLES = 64;

/** A file whose compression is known; offsets are those of its decoded bytes. */
export class ByteFile {
  readonly found: FoundFile;
  readonly codec: Codec;
  #whole: Promise<string> | null = null;

  constructor(found: FoundFile, codec: Codec) {
    this.found = found;
    this.codec = codec;
  }

  /** @throws DatasetError `ERR_DATASET_UNREADABLE` */
  static async of(found: FoundFile): Promise<ByteFile> {
    return new ByteFile(found, codecOf(await readAt(found, 0, 4)));
  }

  /** The first decoded bytes, at most so many; fewer when the file is shorter or cut. */
  async head(length: number): Promise<Buffer> {
    const parts: Buffer[] = [];
    let total = 0;
    try {
      for await (const { bytes } of this.chunks(0, new AbortController().signal, Math.min(length, CHUNK))) {
        parts.push(bytes);
        total += bytes.length;
        if (total >= length) break;
      }
    } catch (error) {
      if (!(error instanceof CutStream)) throw error;
    }
    return Buffer.concat(parts).subarray(0, length);
  }

  /**
   * The decoded bytes from an offset on.
   * @throws CutStream after the last good bytes of a damaged compressed file
   */
  async *chunks(from: number, signal: AbortSignal, size = CHUNK): AsyncGenerator<Chunk> {
    try {
      if (this.codec === 'none') yield* this.#plain(from, signal, size);
      else yield* this.#decoded(this.codec, from, signal, size);
    } catch (cause) {
      if (signal.aborted || cause instanceof CutStream) throw cause;
      throw unreadable(this.found.path, cause instanceof Error ? cause.message : String(cause), cause);
    }
  }

  async *#plain(from: number, signal: AbortSignal, size: number): AsyncGenerator<Chunk> {
    let read = from;
    const stream = createReadStream(this.found.path, { start: from, highWaterMark: size, signal });
    for await (const bytes of stream as AsyncIterable<Buffer>) {
      read += bytes.length;
      yield { bytes, read };
    }
  }

  async *#decoded(
    codec: Exclude<Codec, 'none'>,
    from: number,
    signal: AbortSignal,
    size: number,
  ): AsyncGenerator<Chunk> {
    let read = 0;
    let skip = from;
    const file = createReadStream(this.found.path, { highWaterMark: Math.min(size, 1 << 18), signal });
    const counter = new Transform({
      transform: (bytes: Buffer, _encoding, done) => {
        read += bytes.length;
        done(null, bytes);
      },
    });
    const decoder = decoderOf(codec);
    file.on('error', (error) => decoder.destroy(error));
    try {
      for await (const bytes of file.pipe(counter).pipe(decoder) as AsyncIterable<Buffer>) {
        const rest = bytes.subarray(skip);
        skip = Math.max(0, skip - bytes.length);
        if (rest.length > 0) yield { bytes: rest, read };
      }
    } catch (cause) {
      throw isDamage(cause) ? new CutStream(`The ${codec} stream is cut or damaged.`, { cause }) : cause;
    } finally {
      file.destroy();
      counter.destroy();
      decoder.destroy();
    }
  }

  /**
   * Tells whether the file is still the same up to an offset: of a plain file the bytes before it, since more may have
   * been appended; of a compressed one, and of one whose rows have no place that is known, its size and parts from its
   * beginning to its end, once.
   */
  async fingerprint(offset: number | null): Promise<string> {
    if (this.codec !== 'none' || offset === null) return (this.#whole ??= this.#wholePrint());
    const hash = createHash('sha256');
    const start = Math.max(0, offset - PRINT);
    hash.update(await readAt(this.found, start, offset - start));
    return hash.digest('base64url').slice(0, 22);
  }

  async #wholePrint(): Promise<string> {
    const { size } = this.found;
    const hash = createHash('sha256').update(String(size));
    const step = Math.max(PRINT, Math.floor((size - PRINT) / (SAMPLES - 1)));
    for (let start = 0; start < size; start += step) hash.update(await readAt(this.found, start, PRINT));
    hash.update(await readAt(this.found, Math.max(0, size - PRINT), PRINT));
    return hash.digest('base64url').slice(0, 22);
  }
}

function isDamage(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return code.startsWith('Z_') || code.startsWith('ZSTD_') || code === 'ERR_ZSTD_INVALID_PARAM';
}

/** Bytes as they lie on the disk. */
export async function readAt(file: FoundFile, start: number, length: number): Promise<Buffer> {
  try {
    await using handle = await open(file.path, 'r');
    const bytes = Buffer.alloc(Math.max(0, length));
    const { bytesRead } = await handle.read(bytes, 0, bytes.length, start);
    return bytes.subarray(0, bytesRead);
  } catch (cause) {
    throw unreadable(file.path, cause instanceof Error ? cause.message : String(cause), cause);
  }
}
