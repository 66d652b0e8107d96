/** Below so many keys nobody looks for idle ones. */
const FEW_KEYS = 256;

/**
 * One state per key. Those that have become idle are forgotten whenever the number of keys has doubled, so that there are
 * at most twice as many as are in use, and looking for them costs each new key a constant time. No key is a key too.
 */
export class Keyed<S> {
  readonly #states = new Map<string | undefined, S>();
  readonly #create: () => S;
  readonly #isIdle: (state: S) => boolean;
  #sweepAt = FEW_KEYS;

  constructor(create: () => S, isIdle: (state: S) => boolean) {
    this.#create = create;
    this.#isIdle = isIdle;
  }

  get size(): number {
    return this.#states.size;
  }

  of(key: string | undefined): S {
    const known = this.#states.get(key);
    if (known !== undefined) return known;
    if (this.#states.size >= this.#sweepAt) this.#sweep();
    const state = this.#create();
    this.#states.set(key, state);
    return state;
  }

  #sweep(): void {
    for (const [key, state] of this.#states) if (this.#isIdle(state)) this.#states.delete(key);
    this.#sweepAt = Math.max(FEW_KEYS, this.#states.size * 2);
  }
}
