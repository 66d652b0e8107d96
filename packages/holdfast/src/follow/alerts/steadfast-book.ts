import type { JsonValue, StateStore } from '@holdfast/resilience';
import { BOOK_KEY } from './book.ts';

type Change = (current: JsonValue | undefined) => JsonValue | undefined;

/**
 * The book in its store, and in memory while that takes nothing: a full disk is a thing to be told, and the telling
 * must not wait for room on it. A process that dies then tells again, under the same ids.
 *
 * Modes: saved (the store has everything), ahead (memory has more; each change tries to save it).
 */
export class SteadfastBook {
  readonly #state: Pick<StateStore, 'get' | 'update'>;
  #ahead: { readonly value: JsonValue | undefined } | null = null;
  #turn: Promise<unknown> = Promise.resolve();
  /** Why the store did not take the last change; null when it did. */
  refusal: string | null = null;

  constructor(state: Pick<StateStore, 'get' | 'update'>) {
    this.#state = state;
  }

  /** @throws the error of the store when it cannot be read. */
  async get(): Promise<JsonValue | undefined> {
    return this.#ahead === null ? this.#state.get(BOOK_KEY) : this.#ahead.value;
  }

  /** One change at a time. @throws the error of the store when it cannot be read either. */
  update(change: Change): Promise<JsonValue | undefined> {
    const next = this.#turn.then(() => this.#apply(change));
    this.#turn = next.catch(() => undefined);
    return next;
  }

  async #apply(change: Change): Promise<JsonValue | undefined> {
    const { value } = this.#ahead ?? { value: await this.#state.get(BOOK_KEY) };
    const next = change(value);
    if (this.#ahead === null && next === value) return next;
    try {
      await this.#state.update(BOOK_KEY, () => next);
      this.#ahead = null;
      this.refusal = null;
    } catch (error) {
      this.#ahead = { value: next };
      this.refusal = error instanceof Error ? error.message : String(error);
    }
    return next;
  }
}
