/** How rows with the same second are ordered; negative when `a` comes first. */
export type TieOrder = (a: number, b: number) => number;

/**
 * Rows by number, in the order (second, tie order), while seconds change and rows come and go.
 * Flat arrays: a million rows take 8 MB, a change moves memory once.
 */
export class LiveList {
  readonly #tie: TieOrder;
  #second: Uint32Array<ArrayBuffer>;
  #order: Uint32Array<ArrayBuffer>;
  #count: number;
  #listed: number;
  #revision = 0;
  /** Rows that are in no list, and known to whoever asks for them by name. */
  readonly #unlisted = new Set<number>();

  /** `seconds` must not fall from row to row; rows on one second are put in tie order here. */
  constructor(seconds: Uint32Array<ArrayBuffer>, tie: TieOrder) {
    this.#tie = tie;
    this.#second = seconds;
    this.#count = this.#listed = seconds.length;
    this.#order = Uint32Array.from(seconds, (_, row) => row);
    this.#sortTies();
  }

  /** Rows that exist, hidden ones included. */
  get count(): number {
    return this.#count;
  }

  /** Rows that are listed. */
  get listed(): number {
    return this.#listed;
  }

  /** Rises whenever a row comes, goes or moves. */
  get revision(): number {
    return this.#revision;
  }

  /** The second of a row, listed or not. */
  second(row: number): number {
    return this.#second[row] ?? 0;
  }

  /** The row at a place of the list. @throws RangeError outside of it */
  at(place: number): number {
    const row = place < this.#listed ? this.#order[place] : undefined;
    if (row === undefined) throw new RangeError(`the list has no place ${place}`);
    return row;
  }

  /** First place whose second is not below. */
  lowerBound(second: number): number {
    let low = 0;
    let high = this.#listed;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.second(this.#order[middle] ?? 0) < second) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** The place of a row, undefined when it is not listed. */
  placeOf(row: number): number | undefined {
    const place = this.#insertionPoint(row);
    return place < this.#listed && this.#order[place] === row ? place : undefined;
  }

  /** Whether whoever asks for a row by its name is given it. */
  isKnown(row: number): boolean {
    return this.#unlisted.has(row) || this.placeOf(row) !== undefined;
  }

  /** Takes a row out of the list alone; false when it was not in it. */
  unlist(row: number): boolean {
    const removed = this.remove(row);
    if (removed) this.#unlisted.add(row);
    return removed;
  }

  /** Gives a row a new second; it moves when it is listed. */
  stamp(row: number, second: number): void {
    const listed = this.remove(row);
    this.#second[row] = second;
    if (listed) this.insert(row);
  }

  /** Takes a row out of the list; false when it was not in it. */
  remove(row: number): boolean {
    const place = this.placeOf(row);
    if (place === undefined) return false;
    this.#order.copyWithin(place, place + 1, this.#listed);
    this.#listed -= 1;
    this.#revision += 1;
    return true;
  }

  /** Puts a row back where its second wants it; false when it is listed already. */
  insert(row: number): boolean {
    const place = this.#insertionPoint(row);
    if (place < this.#listed && this.#order[place] === row) return false;
    this.#order.copyWithin(place + 1, place, this.#listed);
    this.#order[place] = row;
    this.#unlisted.delete(row);
    this.#listed += 1;
    this.#revision += 1;
    return true;
  }

  /** Reserves a new row that is not yet listed. */
  append(second: number): number {
    const row = this.#count;
    if (row === this.#second.length) {
      this.#second = grown(this.#second);
      this.#order = grown(this.#order);
    }
    this.#second[row] = second;
    this.#count += 1;
    return row;
  }

  #insertionPoint(row: number): number {
    const second = this.second(row);
    let low = this.lowerBound(second);
    let high = this.lowerBound(second + 1);
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#tie(this.#order[middle] ?? 0, row) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #sortTies(): void {
    let start = 0;
    for (let row = 1; row <= this.#count; row += 1) {
      if (row < this.#count && this.#second[row] === this.#second[start]) continue;
      if (row - start > 1) this.#order.subarray(start, row).sort(this.#tie);
      start = row;
    }
  }
}

function grown(array: Uint32Array<ArrayBuffer>): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(Math.max(64, array.length * 2));
  larger.set(array);
  return larger;
}
