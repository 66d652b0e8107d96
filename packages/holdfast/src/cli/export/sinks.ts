import { open, rename } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import type { Piece } from '../../formats/format.ts';
import { outputError } from '../../follow/outputs/output-error.ts';
import type { OutputFile } from '../../follow/outputs/output-file.ts';
import type { FeedReader, FeedPosition } from '../../follow/outputs/position.ts';
import { positionAt } from '../../follow/outputs/position.ts';
import { writeAll } from '../../follow/outputs/write-whole.ts';
import type { PaperSink } from '../../follow/outputs/write-round.ts';
import type { Output } from '../io.ts';
import { write } from '../io.ts';

/** Where an export goes, from its beginning to its end. */
export interface ExportSink extends PaperSink {
  /** Where it goes on; null = from its beginning. */
  readonly position: FeedPosition | null;
  /** Nothing was written there before. */
  readonly isEmpty: boolean;
  /** A round is complete. */
  settle(position: FeedPosition): Promise<void>;
  /** The export is complete. */
  finish(): Promise<void>;
  /** Lets go of what it holds, complete or not. */
  close(): Promise<void>;
}

const nothing = (): Promise<void> => Promise.resolve();

/** Standard output: who reads it keeps the position. */
export function streamSink(out: Output): ExportSink {
  return {
    position: null,
    isEmpty: true,
    write: (piece) => (piece.length === 0 ? nothing() : write(out, piece)),
    reached: nothing,
    settle: nothing,
    finish: nothing,
    close: nothing,
  };
}

/** A file that can be gone on with: its position stands beside it. `reader` tells what a change was. */
export function appendSink(file: OutputFile, reader: () => Promise<FeedReader>): ExportSink {
  return {
    position: file.position,
    isEmpty: file.isEmpty,
    write: (piece) => file.write(piece),
    reached: async (seq) => {
      const feed = await reader();
      await file.save(await positionAt(feed, (await feed.identity()).epoch, seq));
    },
    settle: (position) => file.save(position),
    finish: nothing,
    close: () => file.close(),
  };
}

/** A file that is only of use as a whole: it is written beside its place and put there when it is complete. */
export async function wholeFileSink(path: string): Promise<ExportSink> {
  const partial = `${path}.partial`;
  const handle = await mended(path, () => open(partial, 'w'));
  const state: { bytes: number; open: FileHandle | null } = { bytes: 0, open: handle };
  return {
    position: null,
    isEmpty: true,
    write: async (piece: Piece) => {
      const bytes = typeof piece === 'string' ? Buffer.from(piece) : piece;
      await mended(path, () => writeAll(handle, bytes, state.bytes));
      state.bytes += bytes.length;
    },
    reached: nothing,
    settle: nothing,
    finish: () =>
      mended(path, async () => {
        await handle.sync();
        state.open = null;
        await handle.close();
        await rename(partial, path);
      }),
    close: async () => {
      await state.open?.close();
    },
  };
}

async function mended<Result>(path: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    throw outputError(path, error);
  }
}
