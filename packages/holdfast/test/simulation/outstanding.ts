/**
 * Calls into a store that works in real time, on a thread of its own. Virtual time must not go on while one is under
 * way: an engine that also has a timer of its own would live through days in the meantime.
 */
export class Outstanding {
  #calls = 0;

  /** The same store, whose calls are counted while they last. */
  watch<T extends object>(store: T): T {
    return new Proxy(store, {
      get: (target, name) => {
        const member: unknown = Reflect.get(target, name, target);
        if (typeof member !== 'function') return member;
        return (...args: unknown[]): unknown => this.#counted(Reflect.apply(member, target, args));
      },
    });
  }

  /** Resolves when no call is under way. */
  async settled(): Promise<void> {
    while (this.#calls > 0) await new Promise((resolve) => setImmediate(resolve));
  }

  #counted(result: unknown): unknown {
    if (!(result instanceof Promise)) return result;
    this.#calls += 1;
    return result.finally(() => (this.#calls -= 1));
  }
}
