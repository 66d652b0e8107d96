import type { Clock } from '../../clock/clock.ts';
import type { JsonValue, StateStore } from '../../state/state-store.ts';
import type { Bucket } from './bucket.ts';

/** `spent` counts all tokens ever taken, by anybody; `at` is wall time. */
interface Note {
  readonly tokens: number;
  readonly spent: number;
  readonly at: number;
}

/**
 * A bucket's account in a state store. Each taking reads what others spent since the last one, takes, and writes, in
 * one update of the store; where updates exclude processes (`sqliteState`), the processes share one budget. A store that
 * repeats an update, as one that compares and swaps does, takes once. Each refills by its own elapsed time. Wall time serves only to tell how long nobody counted before the first reading.
 */
export class BucketMemory {
  readonly #key: string;
  readonly #store: StateStore;
  readonly #bucket: Bucket;
  readonly #clock: Clock;
  /** What the account said when it was last seen; undefined before it was. */
  #seen: number | undefined;

  constructor(key: string, store: StateStore, bucket: Bucket, clock: Clock) {
    this.#key = key;
    this.#store = store;
    this.#bucket = bucket;
    this.#clock = clock;
  }

  /** @throws what the store throws; the tokens taken are then gone. */
  async take(cost: number): Promise<boolean> {
    let taken = false;
    await this.#store.update(this.#key, (current) => {
      if (taken) this.#giveBack(cost);
      const note = parse(current);
      this.#catchUp(note);
      taken = this.#bucket.take(cost);
      const spent = (note?.spent ?? 0) + (taken ? cost : 0);
      this.#seen = spent;
      return taken ? this.#note(spent) : current;
    });
    return taken;
  }

  /** The update is repeated: what it took was never written. */
  #giveBack(cost: number): void {
    this.#bucket.giveBack(cost);
    this.#seen = (this.#seen ?? cost) - cost;
  }

  #catchUp(note: Note | undefined): void {
    if (note === undefined) return;
    if (this.#seen !== undefined) {
      this.#bucket.lose(Math.max(0, note.spent - this.#seen));
      return;
    }
    const { capacity, refillMs } = this.#bucket;
    const awayMs = Math.max(0, this.#clock.now() - note.at);
    this.#bucket.restore(Math.min(capacity, Math.max(0, note.tokens)) + awayMs / refillMs);
  }

  #note(spent: number): JsonValue {
    return { tokens: this.#bucket.tokens, spent, at: this.#clock.now() };
  }
}

function parse(note: JsonValue | undefined): Note | undefined {
  if (typeof note !== 'object' || note === null) return undefined;
  const { tokens, spent, at } = note as Readonly<Record<string, unknown>>;
  if (typeof tokens !== 'number' || typeof spent !== 'number' || typeof at !== 'number') return undefined;
  return { tokens, spent, at };
}
