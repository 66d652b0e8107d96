import type { LossReport } from '../../session/loss.ts';
import { aborted } from '../aborted.ts';
import type { PgClientLike } from './pg-client-like.ts';

/**
 * What is known of one client. One lost connection gives up to three signals (a rejection and two `error` events,
 * then `end`): the first is told. Modes: open -> lost, or closed on purpose.
 */
export class PgConnection {
  readonly #client: PgClientLike;
  readonly #listeners = new Set<(report: LossReport) => void>();
  readonly #ended: Promise<void>;
  #loss: LossReport | undefined;
  #hasEnded = false;
  #closing = false;

  /** Call it before `connect`: an `error` event that nobody listens to ends the process. The listeners stay. */
  constructor(client: PgClientLike) {
    this.#client = client;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#ended = promise;
    client.on('error', (error) => this.#lose({ cause: 'disconnected', detail: error.message, error }));
    client.on('end', () => {
      this.#hasEnded = true;
      this.#lose({ cause: 'disconnected', detail: 'The connection has ended.' });
      resolve();
    });
  }

  get isLost(): boolean {
    return this.#loss !== undefined || this.#hasEnded;
  }

  /** Told once, also when the loss came first. */
  watch(lost: (report: LossReport) => void): Disposable {
    this.#listeners.add(lost);
    const loss = this.#loss;
    if (loss !== undefined) process.nextTick(() => void (this.#listeners.delete(lost) && lost(loss)));
    return { [Symbol.dispose]: () => void this.#listeners.delete(lost) };
  }

  /** Says farewell, unless by force, or until the signal aborts: a frozen backend would never answer it. */
  async close({ force, signal }: { readonly force: boolean; readonly signal: AbortSignal }): Promise<void> {
    this.#closing = true;
    if (this.#hasEnded) return;
    const farewell = this.#client.end().catch(() => undefined);
    if (!force) await Promise.race([farewell, this.#ended, aborted(signal)]);
    if (!this.#hasEnded) this.#client.connection?.stream?.destroy();
  }

  #lose(loss: LossReport): void {
    if (this.#loss !== undefined || this.#closing) return;
    this.#loss = loss;
    // The statement that was running is rejected in the next tick, and its error says more: whether it was a COMMIT.
    // So the loss is told once everything that waits for that rejection has run.
    queueMicrotask(() => process.nextTick(() => this.#tell(loss)));
  }

  #tell(loss: LossReport): void {
    const listeners = [...this.#listeners];
    this.#listeners.clear();
    for (const lost of listeners) lost(loss);
  }
}
