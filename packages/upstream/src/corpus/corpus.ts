import type { LiveList } from './live-list.ts';

/** The rows of an upstream: what they are called and how they change. Seconds are since the epoch. */
export interface Corpus {
  readonly list: LiveList;
  /** The id as a harvester keeps it. */
  id(row: number): string;
  /** The id in the ledger's `served`: with the version where a version is a row of its own. */
  servedId(row: number): string;
  version(row: number): string | undefined;
  datestamp(row: number): string;
  deleted(row: number): boolean;
  /** The row of an id, the latest one where versions are rows. */
  find(id: string): number | undefined;
  /** Moves a row to a new second without changing it. @throws UpstreamError where the source has no such stamp */
  restamp(row: number, second: number): void;
  /** A new version; gives the row that carries it. */
  revise(row: number, second: number, withdrawn: boolean): number;
  /** @throws UpstreamError where the source never signals deletions */
  remove(row: number, second: number): void;
  /** The journal DOI of a record becomes known. */
  journal(row: number, second: number): void;
  /** A new record; gives its row, listed. */
  add(second: number): number;
}

/** Finds rows by id with an index that is built when it is first needed. */
export class IdIndex {
  readonly #idOf: (row: number) => string;
  readonly #rows = new Map<string, number>();
  #known = 0;

  constructor(idOf: (row: number) => string) {
    this.#idOf = idOf;
  }

  /** The last of `count` rows that has the id. */
  find(id: string, count: number): number | undefined {
    for (; this.#known < count; this.#known += 1) this.#rows.set(this.#idOf(this.#known), this.#known);
    return this.#rows.get(id);
  }
}
