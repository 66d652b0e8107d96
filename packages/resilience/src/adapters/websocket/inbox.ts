/** How much may wait. */
export interface InboxLimits {
  readonly messages: number;
  readonly bytes: number;
}

interface Waiting {
  readonly resolve: (message: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** Messages that nobody has taken yet, up to a limit. Modes: open -> ended, in which what is left may still be taken. */
export class Inbox {
  readonly #limits: InboxLimits;
  readonly #messages: unknown[] = [];
  readonly #waiting = new Set<Waiting>();
  #bytes = 0;
  #end: { readonly error: Error } | undefined;

  constructor(limits: InboxLimits) {
    this.#limits = limits;
  }

  /** Returns false, and keeps nothing, when the inbox is full. */
  put(message: unknown): boolean {
    if (this.#end !== undefined) return true;
    const [first] = this.#waiting;
    if (first !== undefined) {
      this.#waiting.delete(first);
      first.resolve(message);
      return true;
    }
    const size = sizeOf(message);
    if (this.#messages.length >= this.#limits.messages || this.#bytes + size > this.#limits.bytes)
      return false;
    this.#messages.push(message);
    this.#bytes += size;
    return true;
  }

  /** The next message; rejects with the error of the end once everything was taken, or with `signal.reason`. */
  take(signal?: AbortSignal): Promise<unknown> {
    if (signal?.aborted === true) return Promise.reject(signal.reason as Error);
    if (this.#messages.length > 0) {
      const message = this.#messages.shift();
      this.#bytes -= sizeOf(message);
      return Promise.resolve(message);
    }
    if (this.#end !== undefined) return Promise.reject(this.#end.error);
    return this.#wait(signal);
  }

  /** Rejects who waits, now and later, once what is left was taken. */
  end(error: Error): void {
    this.#end ??= { error };
    for (const { reject } of this.#waiting) reject(error);
    this.#waiting.clear();
  }

  #wait(signal: AbortSignal | undefined): Promise<unknown> {
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    const onAbort = (): void => {
      this.#waiting.delete(waiting);
      reject(signal?.reason);
    };
    const done = (): void => signal?.removeEventListener('abort', onAbort);
    const waiting: Waiting = {
      resolve: (message) => (done(), resolve(message)),
      reject: (error) => (done(), reject(error)),
    };
    this.#waiting.add(waiting);
    signal?.addEventListener('abort', onAbort, { once: true });
    return promise;
  }
}

function sizeOf(message: unknown): number {
  if (typeof message === 'string') return message.length;
  if (message instanceof Blob) return message.size;
  if (ArrayBuffer.isView(message) || message instanceof ArrayBuffer) return message.byteLength;
  // `ws` with binaryType `fragments`.
  return Array.isArray(message) ? message.reduce<number>((sum, part) => sum + sizeOf(part), 0) : 0;
}
