/**
 * One life of the engine. When it crashes, nothing that it still does has an effect any more: every call into
 * a port hangs for ever, as if the process were gone.
 */
export class Generation {
  #calls = 0;
  #dead = false;
  readonly #diesAt: number;
  readonly #died = Promise.withResolvers<'crashed'>();

  /** `diesAt`: the number of the port call at which it dies; Infinity for a life without a crash. */
  constructor(diesAt: number) {
    this.#diesAt = diesAt;
  }

  /** Resolves when the engine has crashed. */
  get died(): Promise<'crashed'> {
    return this.#died.promise;
  }

  get calls(): number {
    return this.#calls;
  }

  /** Runs a port call, unless this is where the engine dies: just before, or just after its effect. */
  async call<T>(work: () => Promise<T> | T): Promise<T> {
    if (this.#dead) return new Promise<never>(() => undefined);
    this.#calls += 1;
    if (this.#calls === this.#diesAt) return this.#die();
    const result = await work();
    this.#calls += 1;
    if (this.#calls === this.#diesAt) return this.#die();
    return this.#dead ? new Promise<never>(() => undefined) : result;
  }

  #die(): Promise<never> {
    this.#dead = true;
    this.#died.resolve('crashed');
    return new Promise<never>(() => undefined);
  }
}
