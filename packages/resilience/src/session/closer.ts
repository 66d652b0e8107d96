import type { SessionAdapter } from './adapter.ts';
import type { Held } from './held.ts';
import { limited } from './limited.ts';
import type { SessionPlan } from './session-plan.ts';

/** Patience with one close; a driver may hang in it for ever. */
export const CLOSE_DEADLINE_MS = 10_000;

/** Closes resources, each once, within a bounded time, and knows of what is still to be closed. */
export class Closer<R> {
  readonly #adapter: Pick<SessionAdapter<R>, 'close'>;
  readonly #plan: SessionPlan;
  readonly #closing = new WeakMap<Held<R>, Promise<void>>();
  readonly #running = new Set<Promise<void>>();
  readonly #pending = new Set<Promise<unknown>>();

  constructor(adapter: Pick<SessionAdapter<R>, 'close'>, plan: SessionPlan) {
    this.#adapter = adapter;
    this.#plan = plan;
  }

  /** Whether it was closed, or is being closed. */
  has(held: Held<R>): boolean {
    return this.#closing.has(held);
  }

  /** Closes once; resolves when it is closed or given up, never rejects. A graceful close that fails is forced. */
  close(held: Held<R>, options: { readonly force: boolean }): Promise<void> {
    const running = this.#closing.get(held);
    if (running !== undefined) return running;
    held.end(new Error('The resource is being closed.'));
    const closing = this.#close(held, options.force);
    this.#closing.set(held, closing);
    this.#running.add(closing);
    void closing.then(() => this.#running.delete(closing));
    this.track(closing);
    return closing;
  }

  /** Waits for the closes that are under way, but for that of `except`. */
  async running(except?: Held<R>): Promise<void> {
    const spared = except && this.#closing.get(except);
    await Promise.all([...this.#running].filter((closing) => closing !== spared));
  }

  /** Has `all()` wait for something that may yet yield a resource. */
  track(promise: Promise<unknown>): void {
    this.#pending.add(promise);
    void Promise.allSettled([promise]).then(() => this.#pending.delete(promise));
  }

  /** Waits until everything is closed, for a bounded time. */
  async all(): Promise<void> {
    const { clock } = this.#plan;
    const empty = async (): Promise<void> => {
      while (this.#pending.size > 0) await Promise.allSettled(this.#pending);
    };
    await limited(empty, { clock, ms: 2 * CLOSE_DEADLINE_MS }).catch(() => {
      // What an adapter still hides after that is closed when it comes.
    });
  }

  async #close(held: Held<R>, force: boolean): Promise<void> {
    const closed = (await this.#try(held, force)) || (!force && (await this.#try(held, true)));
    if (!closed) return;
    try {
      held.unwatch();
    } catch (error) {
      this.#failed(held, error);
    }
  }

  async #try(held: Held<R>, force: boolean): Promise<boolean> {
    try {
      await limited((signal) => this.#adapter.close(held.resource, { force, signal }), {
        clock: this.#plan.clock,
        ms: CLOSE_DEADLINE_MS,
      });
      return true;
    } catch (error) {
      this.#failed(held, error);
      return false;
    }
  }

  #failed(held: Held<R>, error: unknown): void {
    const { emit, name } = this.#plan;
    emit(() => ({ type: 'close-failed', session: name, generation: held.generation, error }));
  }
}
