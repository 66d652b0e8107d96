import type { FormatWriter, Piece } from '../../formats/format.ts';
import type { StoredPaper } from '../../model/paper.ts';
import type { FeedPosition } from './position.ts';

/** Where an export goes. */
export interface PaperSink {
  /** All of it, in order. */
  write(piece: Piece): Promise<void>;
  /** Every paper up to this `seq` has been written: a good place to go on from after a kill. */
  reached(seq: bigint): Promise<void>;
}

/** How far a round has come, also when it fails. */
export interface Progress {
  /** Every paper up to this `seq` has been handed to the sink. */
  seq: bigint;
}

/** Pieces are collected up to so many characters before they are written: a system call a line is slow. */
const CHUNK = 64 * 1024;
/** After so many characters a position is worth its sync. */
const CHECKPOINT = 8 * 1024 * 1024;

/**
 * Writes papers as they come; memory stays flat however many there are and however slow the reader is. Ends early, with
 * null, when `signal` aborts: what was begun is written to the end of its line.
 */
export async function writeRound(
  papers: AsyncGenerator<StoredPaper, FeedPosition>,
  writer: FormatWriter,
  sink: PaperSink,
  { signal, progress }: { readonly signal?: AbortSignal; readonly progress?: Progress } = {},
): Promise<FeedPosition | null> {
  let text = '';
  let since = 0;
  try {
    for (;;) {
      const next = await papers.next();
      const piece = next.done === true ? '' : writer.paper(next.value);
      if (typeof piece === 'string') text += piece;
      else await sink.write(piece);
      const isEnd = next.done === true || signal?.aborted === true;
      if (text.length < CHUNK && !isEnd) continue;
      if (text !== '') await sink.write(text);
      since += text.length;
      text = '';
      if (next.done === true) return next.value;
      if (progress) progress.seq = next.value.seq;
      if (since >= CHECKPOINT || isEnd) {
        await sink.reached(next.value.seq);
        since = 0;
      }
      if (isEnd) return null;
    }
  } finally {
    // A round that ends early leaves no statement of the store open.
    await papers.return({ epoch: '', seq: 0n, hash: '' });
  }
}
