import type { Corpus } from './corpus/corpus.ts';
import { UpstreamError } from './errors.ts';
import type { ChangeReason } from './ledger/entry.ts';
import type { Ledger } from './ledger/ledger.ts';

interface HiddenBatch {
  readonly rows: readonly number[];
  /** Number of the request and time from which on it is published, whichever comes first. */
  readonly dueRequest: number;
  readonly dueAt: number;
}

/** Changes of a live corpus, each noted in the ledger. Times are milliseconds. */
export class Mutations {
  readonly #corpus: Corpus;
  readonly #ledger: Ledger;
  readonly #now: () => number;
  readonly #poisoned = new Set<number>();
  readonly #poisonedEverywhere = new Set<number>();
  #hidden: HiddenBatch[] = [];
  /** Rises with every change. */
  revision = 0;

  constructor(corpus: Corpus, ledger: Ledger, now: () => number) {
    this.#corpus = corpus;
    this.#ledger = ledger;
    this.#now = now;
  }

  /** True when some record is poisoned. */
  get anyPoison(): boolean {
    return this.#poisoned.size > 0;
  }

  restamp(rows: readonly number[]): readonly string[] {
    for (const row of rows) {
      this.#corpus.restamp(row, this.#second());
      this.#note('restamp', row);
    }
    return rows.map((row) => this.#corpus.id(row));
  }

  restampIds(ids: readonly string[]): readonly string[] {
    return this.restamp(ids.map((id) => this.#row(id)));
  }

  revise(id: string, withdrawn: boolean): void {
    this.#note(
      withdrawn ? 'withdrawal' : 'new-version',
      this.#corpus.revise(this.#row(id), this.#second(), withdrawn),
    );
  }

  remove(id: string): void {
    const row = this.#row(id);
    this.#corpus.remove(row, this.#second());
    this.#note('deletion', row);
  }

  journal(id: string): void {
    const row = this.#row(id);
    this.#corpus.journal(row, this.#second());
    this.#note('journal', row);
  }

  add(count: number): readonly string[] {
    return Array.from({ length: count }, () => {
      const row = this.#corpus.add(this.#second());
      this.#note('add', row);
      return this.#corpus.id(row);
    });
  }

  hide(rows: readonly number[], dueRequest: number, dueAt: number): readonly string[] {
    const taken = rows.filter((row) => this.#corpus.list.remove(row));
    if (taken.length > 0) this.#hidden.push({ rows: taken, dueRequest, dueAt });
    for (const row of taken) this.#note('hide', row);
    return taken.map((row) => this.#corpus.id(row));
  }

  unlist(rows: readonly number[]): readonly string[] {
    const taken = rows.filter((row) => this.#corpus.list.unlist(row));
    this.#hidden.push({ rows: taken, dueRequest: Infinity, dueAt: Infinity });
    for (const row of taken) this.#note('hide', row);
    return taken.map((row) => this.#corpus.id(row));
  }

  /** Publishes what is due at a request; without arguments everything. */
  publish(request = Infinity, at = Infinity): readonly string[] {
    if (this.#hidden.length === 0) return [];
    const due = (batch: HiddenBatch): boolean => request >= batch.dueRequest || at >= batch.dueAt;
    const rows = this.#hidden.filter(due).flatMap((batch) => batch.rows);
    this.#hidden = this.#hidden.filter((batch) => !due(batch));
    for (const row of rows) {
      this.#corpus.list.insert(row);
      this.#note('publish', row);
    }
    return rows.map((row) => this.#corpus.id(row));
  }

  poison(row: number, everywhere: boolean): void {
    this.#poisoned.add(row);
    if (everywhere) this.#poisonedEverywhere.add(row);
    this.#note('poison', row);
  }

  poisonId(id: string, everywhere: boolean): void {
    this.poison(this.#row(id), everywhere);
  }

  cure(id: string): void {
    const row = this.#row(id);
    this.#poisoned.delete(row);
    this.#poisonedEverywhere.delete(row);
    this.revision += 1;
  }

  /** True when an answer with these rows is a 500. */
  isPoisoned(rows: readonly number[], list: boolean): boolean {
    const set = list ? this.#poisoned : this.#poisonedEverywhere;
    return set.size > 0 && rows.some((row) => set.has(row));
  }

  #row(id: string): number {
    const row = this.#corpus.find(id);
    if (row === undefined)
      throw new UpstreamError(
        'ERR_UPSTREAM_UNKNOWN_ID',
        `there is no record "${id}"`,
        'take an id from the truth',
      );
    return row;
  }

  #second(): number {
    return Math.floor(this.#now() / 1000);
  }

  #note(reason: ChangeReason, row: number): void {
    this.revision += 1;
    const version = this.#corpus.version(row);
    const what = {
      id: this.#corpus.id(row),
      datestamp: this.#corpus.datestamp(row),
      ...(version === undefined ? {} : { version }),
    };
    this.#ledger.write({ type: 'change', at: this.#now(), reason, ...what });
  }
}
