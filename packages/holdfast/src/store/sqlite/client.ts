import { Worker } from 'node:worker_threads';
import { HoldfastError } from '../../model/error.ts';
import { fromPlain } from './messages.ts';
import type { Answer, Call } from './messages.ts';
import type { SqliteWriter, WriterOptions } from './sqlite-writer.ts';

type Method = keyof SqliteWriter;

interface Waiting {
  readonly resolve: (value: never) => void;
  readonly reject: (error: unknown) => void;
}

// The sources run as they are in tests and are compiled for the package.
const ENTRY = new URL(import.meta.url.endsWith('.ts') ? './writer.ts' : './writer.js', import.meta.url);

/**
 * Calls the writer in its thread. The thread keeps the process alive only while calls wait for it. When it
 * dies, every call fails with `ERR_STORE_IO`: the outcome of those in hand is unknown, and the batch's id
 * tells it after the store is opened again.
 */
export class WriterClient {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  #calls = 0;
  #dead: HoldfastError | null = null;

  constructor(options: WriterOptions) {
    this.#worker = new Worker(ENTRY, { workerData: options });
    this.#worker.unref();
    this.#worker.on('message', (answer: Answer) => this.#settle(answer));
    this.#worker.on('error', (error) => this.#die(error));
    this.#worker.on('exit', () => this.#die(undefined));
  }

  call<Name extends Method>(
    method: Name,
    ...values: Parameters<SqliteWriter[Name]>
  ): Promise<ReturnType<SqliteWriter[Name]>> {
    if (this.#dead) return Promise.reject(this.#dead);
    const number = ++this.#calls;
    return new Promise((resolve, reject) => {
      this.#waiting.set(number, { resolve, reject });
      this.#worker.ref();
      const call: Call = { number, method, values };
      this.#worker.postMessage(call);
    });
  }

  /** Ends the thread at once, whatever it is doing. */
  async terminate(): Promise<void> {
    await this.#worker.terminate();
  }

  #settle(answer: Answer): void {
    const waiting = this.#waiting.get(answer.number);
    this.#waiting.delete(answer.number);
    if (this.#waiting.size === 0) this.#worker.unref();
    if (answer.ok) waiting?.resolve(answer.value as never);
    else waiting?.reject(fromPlain(answer.error));
  }

  #die(cause: unknown): void {
    // No word of the disk: waiting brings no thread back, a new engine does.
    this.#dead ??= new HoldfastError('ERR_STORE_ENDED', "The store's writing thread has ended.", {
      hint: 'Open the store again; in a harvest that happens by itself.',
      cause,
    });
    for (const { reject } of this.#waiting.values()) reject(this.#dead);
    this.#waiting.clear();
  }
}
