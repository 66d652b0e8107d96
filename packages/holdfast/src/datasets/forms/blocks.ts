import type { ByteFile } from '../files/byte-file.ts';
import { CutStream } from '../files/byte-file.ts';
import { KEPT } from './piece.ts';

/** Whole lines of a file, or what stands in the place of some. */
export type Block =
  | { readonly type: 'lines'; readonly bytes: Buffer; readonly end: number; readonly read: number }
  /** One line that is longer than any record: its first bytes. */
  | { readonly type: 'too-long'; readonly bytes: Buffer; readonly end: number; readonly read: number }
  /** The compressed stream broke; `bytes` is the line that it broke in. */
  | { readonly type: 'cut'; readonly bytes: Buffer; readonly end: number; readonly read: number };

/** How a file is cut into blocks. */
export interface BlockOptions {
  /** About so many bytes to a block. */
  readonly size: number;
  /** No line is longer. */
  readonly longest: number;
}

/** No record of any source comes near. */
export const LONGEST_LINE = 32 << 20;

const NEWLINE = 10;

/** Cuts a file into blocks of whole lines; the last line may lack its end. */
export async function* blocksOf(
  file: ByteFile,
  from: number,
  { size, longest }: BlockOptions,
  signal: AbortSignal,
): AsyncGenerator<Block> {
  /** Bytes of a line that goes on in the next chunk. */
  let rest: Buffer[] = [];
  let restLength = 0;
  /** Inside of a line that is too long: what is kept of it. */
  let skipped: Buffer | null = null;
  let end = from;
  let read = from;
  try {
    for await (const chunk of file.chunks(from, signal)) {
      read = chunk.read;
      let { bytes } = chunk;
      if (skipped !== null) {
        const stop = bytes.indexOf(NEWLINE);
        end += stop < 0 ? bytes.length : stop + 1;
        if (stop < 0) continue;
        yield { type: 'too-long', bytes: skipped, end, read };
        skipped = null;
        bytes = bytes.subarray(stop + 1);
      }
      while (bytes.length > 0) {
        const stop = lineEnd(bytes, Math.max(0, size - restLength));
        if (stop < 0) break;
        const last = bytes.subarray(0, stop);
        const lines = rest.length === 0 ? last : Buffer.concat([...rest, last]);
        rest = [];
        restLength = 0;
        end += lines.length;
        yield { type: 'lines', bytes: lines, end, read };
        bytes = bytes.subarray(stop);
      }
      if (bytes.length > 0) {
        rest.push(Buffer.from(bytes));
        restLength += bytes.length;
      }
      if (restLength > longest) {
        skipped = Buffer.concat(rest).subarray(0, KEPT);
        end += restLength;
        rest = [];
        restLength = 0;
      }
    }
  } catch (error) {
    if (!(error instanceof CutStream)) throw error;
    yield {
      type: 'cut',
      bytes: skipped ?? Buffer.concat(rest).subarray(0, KEPT),
      end: end + restLength,
      read,
    };
    return;
  }
  if (skipped !== null) yield { type: 'too-long', bytes: skipped, end, read };
  if (restLength > 0) yield { type: 'lines', bytes: Buffer.concat(rest), end: end + restLength, read };
}

/** Behind the last line that ends within the first bytes, else behind the first line; -1 when none ends. */
function lineEnd(bytes: Buffer, size: number): number {
  const last = bytes.lastIndexOf(NEWLINE, Math.min(size, bytes.length - 1));
  return (last >= 0 ? last : bytes.indexOf(NEWLINE)) + 1 || -1;
}
