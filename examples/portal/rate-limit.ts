/** Admits so many requests in any second; 0 admits all. */
export class RateLimit {
  readonly #perSecond: number;
  readonly #now: () => number;
  #recent: number[] = [];

  constructor(perSecond: number, now: () => number) {
    this.#perSecond = perSecond;
    this.#now = now;
  }

  admits(): boolean {
    if (this.#perSecond === 0) return true;
    const now = this.#now();
    this.#recent = this.#recent.filter((at) => at > now - 1000);
    if (this.#recent.length >= this.#perSecond) return false;
    this.#recent.push(now);
    return true;
  }
}
