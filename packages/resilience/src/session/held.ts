import type { LossReport } from './loss.ts';

/**
 * One resource of a session, from its opening to its closing.
 * Modes: alive (losses go to `listener`) -> ended (`signal` is aborted; further signals are dropped).
 */
export class Held<R> {
  readonly resource: R;
  readonly generation: number;
  /** Hears of the loss: whoever opens it, then the session. */
  listener: (report: LossReport) => void = () => {};
  /** Leases that it has served. */
  uses = 0;
  rssBytes: number | undefined;
  /** The peer lives on in another resource and must not be closed. */
  reattached = false;
  /** Monotonic time of the last sign of life, or of the last look when nothing can be said. */
  heardAt: number;
  readonly openedAt: number;
  #watch: Disposable | undefined;
  #report: LossReport | undefined;
  readonly #ended = new AbortController();

  constructor(resource: R, generation: number, monotonic: number) {
    this.resource = resource;
    this.generation = generation;
    this.openedAt = this.heardAt = monotonic;
  }

  /** Aborts when the resource is lost or given up. */
  get signal(): AbortSignal {
    return this.#ended.signal;
  }

  /** The loss that was reported, also before anybody listened. */
  get report(): LossReport | undefined {
    return this.#report;
  }

  /** Listens for losses: `attach` is the adapter's `watch`. */
  watch(attach: (resource: R, lost: (report: LossReport) => void) => Disposable): void {
    this.#watch = attach(this.resource, (report) => {
      if (this.signal.aborted || this.#report !== undefined) return;
      this.#report = report;
      this.listener(report);
    });
  }

  /** No longer used; everything that waits for it ends with this error. */
  end(error: unknown): void {
    if (!this.signal.aborted) this.#ended.abort(error);
  }

  /** Removes the driver's listeners: only after the close, since some drivers kill the process without them. */
  unwatch(): void {
    const watch = this.#watch;
    this.#watch = undefined;
    watch?.[Symbol.dispose]();
  }
}
