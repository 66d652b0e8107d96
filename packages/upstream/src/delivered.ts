import type { Random } from './random.ts';

/** Which rows have left in answers that could be read, and by which URLs. */
export class Delivered {
  readonly #rows: number[] = [];
  readonly #known = new Set<number>();
  readonly #urls = new Set<string>();
  /** Rows of the list page that was served last. */
  previous: readonly number[] = [];

  /** A page whose every row is known, asked for by a URL that is new: somebody takes a second look. */
  isSecondLook(url: string, rows: readonly number[]): boolean {
    return rows.length > 0 && !this.#urls.has(url) && rows.every((row) => this.#known.has(row));
  }

  note(url: string, rows: readonly number[]): void {
    this.#urls.add(url);
    this.previous = rows;
    for (const row of rows) {
      if (this.#known.has(row)) continue;
      this.#known.add(row);
      this.#rows.push(row);
    }
  }

  /** Distinct delivered rows by chance, at most so many. */
  sample(count: number, random: Random): readonly number[] {
    if (count >= this.#rows.length) return [...this.#rows];
    const chosen = new Set<number>();
    while (chosen.size < count) chosen.add(random.pick(this.#rows));
    return [...chosen];
  }
}
