import { IdIndex, type Corpus } from '../corpus/corpus.ts';
import { LiveList } from '../corpus/live-list.ts';
import { spreadSeconds, type Spread } from '../corpus/seconds.ts';
import { dayText } from '../days.ts';
import { UpstreamError } from '../errors.ts';
import { Library } from '../text/library.ts';
import { ArxivIds } from './ids.ts';
import { paperOf, versionsOf, type ArxivPaper, type PaperSource, type Revision } from './paper.ts';

/** arXiv's papers: one row each, its stamp the last modification. */
export class ArxivCorpus implements Corpus {
  readonly list: LiveList;
  readonly #spread: Spread;
  readonly #recordBytes: number;
  readonly #library: Library;
  readonly #ids: ArxivIds;
  readonly #index: IdIndex;
  /** The first stamps: what the papers' own dates derive from, so that a re-stamp changes nothing but the stamp. */
  readonly #origin: Uint32Array;
  readonly #revisions = new Map<number, Revision[]>();
  readonly #journals = new Set<number>();

  constructor(spread: Spread, recordBytes: number) {
    this.#spread = spread;
    this.#recordBytes = recordBytes;
    this.#library = new Library(spread.seed);
    const seconds = spreadSeconds(spread);
    this.#origin = seconds.slice();
    this.#ids = new ArxivIds(seconds);
    this.list = new LiveList(seconds, (a, b) => (this.id(a) < this.id(b) ? -1 : 1));
    this.#index = new IdIndex((row) => this.id(row));
  }

  id(row: number): string {
    return this.#ids.of(row).id;
  }

  servedId(row: number): string {
    return this.id(row);
  }

  version(row: number): string {
    return String(versionsOf(this.#source(row)).length);
  }

  datestamp(row: number): string {
    return dayText(this.list.second(row));
  }

  deleted(): boolean {
    return false;
  }

  find(id: string): number | undefined {
    return this.#index.find(id, this.list.count);
  }

  /** Everything about a paper; made anew at each call, from the seed and what happened to it. */
  paper(row: number): ArxivPaper {
    return paperOf(this.#source(row));
  }

  restamp(row: number, second: number): void {
    this.list.stamp(row, second);
  }

  revise(row: number, second: number, withdrawn: boolean): number {
    const revisions = this.#revisions.get(row) ?? [];
    this.#revisions.set(row, [...revisions, { second, withdrawn }]);
    this.list.stamp(row, second);
    return row;
  }

  remove(): void {
    throw new UpstreamError(
      'ERR_UPSTREAM_UNSUPPORTED',
      'arXiv never signals a deletion',
      'withdraw the paper or hide it from the list',
    );
  }

  journal(row: number, second: number): void {
    this.#journals.add(row);
    this.list.stamp(row, second);
  }

  add(second: number): number {
    const row = this.list.append(second);
    this.#ids.add(row, second);
    this.list.insert(row);
    return row;
  }

  #source(row: number): PaperSource {
    return {
      seed: this.#spread.seed,
      row,
      id: this.#ids.of(row),
      origin: this.#origin[row] ?? this.list.second(row),
      recordBytes: this.#recordBytes,
      revisions: this.#revisions.get(row) ?? [],
      journal: this.#journals.has(row),
      library: this.#library,
    };
  }
}
