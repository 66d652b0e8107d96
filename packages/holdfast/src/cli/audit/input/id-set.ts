import { hash } from 'node:crypto';

const NEW_STYLE = /^(\d{4})\.(\d{4,6})$/;
/** Numbers of a month have at most six digits, versions at most four. */
const MONTH = 1_000_000;
const VERSIONS = 10_000;
/** Ids without such a number lie behind them, and below 2^53. */
const HASHED = MONTH * VERSIONS * VERSIONS;
const HASHES = 8_900_000_000_000_000;

/**
 * Identifiers in eight bytes each, those of arXiv since 2007 with their version. Others are kept by 53 bits of a hash:
 * with 3,000,000 of them in the set, an id that is not in it is taken for one of them with a chance of 1 : 3 * 10^9.
 */
export class IdSet {
  #values = new Float64Array(1024);
  #length = 0;

  add(id: string, version: string | null): void {
    if (this.#length === this.#values.length) {
      const larger = new Float64Array(this.#length * 2);
      larger.set(this.#values);
      this.#values = larger;
    }
    const key = keyOf(id);
    this.#values[this.#length] = key < HASHED ? key + Math.min(Number(version ?? 0), VERSIONS - 1) : key;
    this.#length += 1;
  }

  /** Nothing is added any more. */
  freeze(): FrozenIds {
    const sorted = this.#values.subarray(0, this.#length).sort();
    let distinct = 0;
    for (const value of sorted) {
      // Of several versions of an id, which lie side by side, the newest stays.
      const same = distinct > 0 && idPart(sorted[distinct - 1] ?? 0) === idPart(value);
      if (!same) distinct += 1;
      sorted[distinct - 1] = value;
    }
    return new FrozenIds(sorted.subarray(0, distinct));
  }
}

/** Sorted, each once; remembers which were asked for. */
export class FrozenIds {
  readonly #values: Float64Array;
  readonly #asked: Uint8Array;

  constructor(values: Float64Array) {
    this.#values = values;
    this.#asked = new Uint8Array(values.length);
  }

  get size(): number {
    return this.#values.length;
  }

  /** Null: it is not here; else its version, 0 when that is not known. */
  find(id: string): number | null {
    const wanted = idPart(keyOf(id));
    let low = 0;
    let high = this.#values.length - 1;
    while (low <= high) {
      const middle = (low + high) >>> 1;
      const value = this.#values[middle] ?? 0;
      const part = idPart(value);
      if (part === wanted) {
        this.#asked[middle] = 1;
        return value < HASHED ? value % VERSIONS : 0;
      }
      if (part < wanted) low = middle + 1;
      else high = middle - 1;
    }
    return null;
  }

  /** How many were never found by `find`. */
  get extra(): number {
    return this.#asked.reduce((sum, asked) => sum + (asked === 0 ? 1 : 0), 0);
  }

  /** Whether this id is here and was never found by `find`. */
  isExtra(id: string): boolean {
    const wanted = idPart(keyOf(id));
    const at = this.#values.findIndex((value) => idPart(value) === wanted);
    return at >= 0 && this.#asked[at] === 0;
  }

  /** arXiv's numbers since 2007 in their order, as month and number. */
  *numbers(): Generator<{ readonly month: string; readonly number: number }> {
    for (const value of this.#values) {
      if (value >= HASHED) return;
      const key = Math.floor(value / VERSIONS);
      yield { month: String(Math.floor(key / MONTH)).padStart(4, '0'), number: key % MONTH };
    }
  }
}

function idPart(value: number): number {
  return value < HASHED ? Math.floor(value / VERSIONS) : value;
}

function keyOf(id: string): number {
  const [, month = '', number = ''] = NEW_STYLE.exec(id) ?? [];
  if (month !== '') return (Number(month) * MONTH + Number(number)) * VERSIONS;
  const bytes = hash('sha1', id, 'buffer');
  const bits = bytes.readUInt32BE(0) * 2_097_152 + (bytes.readUInt32BE(4) >>> 11);
  return HASHED + (bits % HASHES);
}
