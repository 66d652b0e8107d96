import type { Category } from '../../classify/verdict.ts';
import type { Outcome } from '../breaker/breaker-state.ts';
import { BulkheadFullError } from './bulkhead-full-error.ts';
import type { LimitSnapshot, Slot } from './concurrency-limit.ts';
import { Fifo } from './fifo.ts';

/** How a call in a place ended. */
export interface Ended {
  /** What `onTaken` gave when the place was taken. */
  readonly tag: number;
  readonly outcome: Outcome;
  readonly durationMs: number;
  readonly category: Category | undefined;
}

/** Whoever owns the places. */
export interface PlacesOwner {
  readonly name: string | undefined;
  /** Most callers that wait. */
  readonly queue: number;
  /** A place is being taken, the `running`th; gives the number that comes back as `tag`. */
  onTaken(running: number): number;
  /** A place has been given back, and is not yet given away. */
  onEnded(ended: Ended): void;
}

interface Waiter {
  give(slot: Slot): void;
}

/**
 * Places for calls and a queue before them. A place is taken, perhaps abandoned, and free again for ever: its object is
 * not used twice, so that a second release of an old one cannot free somebody else's. The queue holds somebody only
 * while no place is free.
 */
export class Places {
  readonly #owner: PlacesOwner;
  readonly #waiting = new Fifo<Waiter>();
  #limit: number;
  #running = 0;
  #abandoned = 0;

  constructor(limit: number, owner: PlacesOwner) {
    this.#limit = limit;
    this.#owner = owner;
  }

  /** Sets the number of places, and lets in those who now have one. Who is inside stays. */
  resize(limit: number): void {
    this.#limit = limit;
    this.#fill();
  }

  acquire(signal: AbortSignal | undefined): Slot | Promise<Slot> {
    signal?.throwIfAborted();
    if (this.#running < this.#limit) return this.#take();
    const queued = this.#waiting.size;
    if (queued >= this.#owner.queue) throw new BulkheadFullError(this.#owner.name, this.#limit, queued);
    return this.#wait(signal);
  }

  snapshot(): LimitSnapshot {
    return {
      limit: this.#limit,
      running: this.#running,
      queued: this.#waiting.size,
      abandoned: this.#abandoned,
    };
  }

  /** Of a place: its call is over. */
  leave(ended: Ended, wasAbandoned: boolean): void {
    this.#running -= 1;
    if (wasAbandoned) this.#abandoned -= 1;
    this.#owner.onEnded(ended);
    this.#fill();
  }

  /** Of a place: nobody waits for its call. */
  noteAbandoned(): void {
    this.#abandoned += 1;
  }

  #take(): Slot {
    this.#running += 1;
    return new Place(this, this.#owner.onTaken(this.#running));
  }

  #fill(): void {
    while (this.#running < this.#limit) {
      const next = this.#waiting.shift();
      if (next === undefined) return;
      next.give(this.#take());
    }
  }

  #wait(signal: AbortSignal | undefined): Promise<Slot> {
    const { promise, resolve, reject } = Promise.withResolvers<Slot>();
    const onAbort = (): void => {
      this.#waiting.remove(member);
      reject(signal?.reason);
    };
    const member = this.#waiting.push({
      give: (slot) => {
        signal?.removeEventListener('abort', onAbort);
        resolve(slot);
      },
    });
    signal?.addEventListener('abort', onAbort, { once: true });
    return promise;
  }
}

class Place implements Slot {
  readonly #places: Places;
  readonly #tag: number;
  #state: 'held' | 'abandoned' | 'free' = 'held';

  constructor(places: Places, tag: number) {
    this.#places = places;
    this.#tag = tag;
  }

  release(outcome: Outcome, durationMs: number, category?: Category): void {
    const before = this.#state;
    if (before === 'free') return;
    this.#state = 'free';
    this.#places.leave({ tag: this.#tag, outcome, durationMs, category }, before === 'abandoned');
  }

  abandon(): void {
    if (this.#state !== 'held') return;
    this.#state = 'abandoned';
    this.#places.noteAbandoned();
  }
}
