const MB = 1024 * 1024;

/** How much memory this process needed: samples over its life. */
export class MemoryWatch {
  readonly #samples: number[] = [];

  /** Notes the memory now and gives it as text. */
  sample(): string {
    const { rss, heapUsed } = process.memoryUsage();
    this.#samples.push(rss / MB);
    return `${Math.round(rss / MB)} MB resident, ${Math.round(heapUsed / MB)} MB in use`;
  }

  /** The peak of the first and of the last third: flat means that they are alike. */
  report(): string {
    const third = Math.max(1, Math.floor(this.#samples.length / 3));
    const peak = (part: readonly number[]): number => Math.round(Math.max(...part));
    return `memory: at most ${peak(this.#samples.slice(0, third))} MB in the first third, ${peak(this.#samples.slice(-third))} MB in the last`;
  }
}
