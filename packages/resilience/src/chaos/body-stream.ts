import type { Clock } from '../clock/clock.ts';

/** A body as fetch gives it. */
export type Bytes = ReadableStream<Uint8Array<ArrayBuffer>>;
type Controller = ReadableStreamDefaultController<Uint8Array<ArrayBuffer>>;

/**
 * Passes so many bytes on and then calls `end`, which closes, breaks or holds the stream; `whole` says that the body
 * was over by itself.
 */
export function endingAfter(
  body: Bytes,
  bytes: number,
  end: (controller: Controller, whole: boolean) => Promise<void> | void,
): Bytes {
  const reader = body.getReader();
  let left = bytes;
  let over = false;
  return new ReadableStream({
    async pull(controller) {
      // An error drops what is queued, so the last bytes are read before the end comes.
      if (over) return await end(controller, false);
      const piece = await nextPiece(reader);
      if (piece === undefined) return await end(controller, true);
      over = piece.byteLength > left;
      const part = piece.subarray(0, left);
      left -= part.byteLength;
      // Whatever the source does when it is given up is not this reader's affair.
      if (over) reader.cancel().catch(() => {});
      if (part.byteLength > 0) controller.enqueue(part);
      else await end(controller, false);
    },
    cancel: (reason) => reader.cancel(reason),
  });
}

/** How a body drips. */
export interface Drip {
  readonly clock: Clock;
  readonly everyMs: number;
  readonly bytes: number;
  readonly signal: AbortSignal;
  readonly onPiece: () => void;
}

/** Passes a body on in pieces, one after each interval. */
export function dripping(body: Bytes, { clock, everyMs, bytes, signal, onPiece }: Drip): Bytes {
  const reader = body.getReader();
  const cancelled = new AbortController();
  const either = AbortSignal.any([signal, cancelled.signal]);
  let rest: Uint8Array<ArrayBuffer> = new Uint8Array();
  return new ReadableStream({
    async pull(controller) {
      if (rest.byteLength === 0) {
        const piece = await nextPiece(reader);
        if (piece === undefined) return controller.close();
        rest = piece;
      }
      // An abort rejects with its reason, which breaks the stream as fetch does.
      await clock.sleep(everyMs, { signal: either });
      onPiece();
      controller.enqueue(rest.subarray(0, bytes));
      rest = rest.subarray(bytes);
    },
    cancel: (reason) => {
      cancelled.abort();
      return reader.cancel(reason);
    },
  });
}

/** The next piece, or undefined at the end. An empty one would leave the reader waiting: nothing asks for another. */
async function nextPiece(
  reader: ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return undefined;
    if (value.byteLength > 0) return value;
  }
}
