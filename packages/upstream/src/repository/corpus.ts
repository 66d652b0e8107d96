import { IdIndex, type Corpus } from '../corpus/corpus.ts';
import { LiveList } from '../corpus/live-list.ts';
import { spreadSeconds, type Spread } from '../corpus/seconds.ts';
import { dayText, secondText } from '../days.ts';
import { randomFrom } from '../random.ts';
import { authorsOf, type Author } from '../text/authors.ts';
import { Library } from '../text/library.ts';

/** How the repository is set up. */
export interface RepositorySetup {
  readonly recordBytes: number;
  readonly granularity: 'seconds' | 'day';
  /** Number of sets, 0 for none. */
  readonly sets: number;
}

/** An item that is not deleted. */
export interface Item {
  readonly identifier: string;
  readonly title: string;
  readonly authors: readonly Author[];
  readonly date: string;
  readonly doi: string;
  readonly subject: string;
  readonly language: string;
  /** Escaped for XML. */
  readonly abstractXml: string;
}

const idPrefix = 'oai:repo.example:';

/** Items of a generic repository, one in twenty deleted from the start. */
export class RepositoryCorpus implements Corpus {
  readonly list: LiveList;
  readonly #spread: Spread;
  readonly #setup: RepositorySetup;
  readonly #library: Library;
  readonly #originals: number;
  readonly #index: IdIndex;
  readonly #deleted = new Map<number, boolean>();
  readonly #revisions = new Map<number, string[]>();
  readonly #journals = new Set<number>();
  readonly #origin: Uint32Array;

  constructor(spread: Spread, setup: RepositorySetup) {
    this.#spread = spread;
    this.#setup = setup;
    this.#library = new Library(spread.seed);
    this.#originals = spread.records;
    const seconds = spreadSeconds(spread);
    this.#origin = seconds.slice();
    this.list = new LiveList(seconds, (a, b) => a - b);
    this.#index = new IdIndex((row) => this.id(row));
  }

  id(row: number): string {
    return `${idPrefix}${row + 1}`;
  }

  servedId(row: number): string {
    return this.id(row);
  }

  version(): undefined {
    return undefined;
  }

  datestamp(row: number): string {
    return this.#setup.granularity === 'day'
      ? dayText(this.list.second(row))
      : secondText(this.list.second(row));
  }

  deleted(row: number): boolean {
    return this.#deleted.get(row) ?? (row < this.#originals && row % 20 === 11);
  }

  find(id: string): number | undefined {
    return this.#index.find(id, this.list.count);
  }

  /** The set of a row, when there are sets. */
  set(row: number): string | undefined {
    return this.#setup.sets === 0 ? undefined : `col_${row % this.#setup.sets}`;
  }

  item(row: number): Item {
    const random = randomFrom(this.#spread.seed, row, 61);
    const revisions = this.#revisions.get(row) ?? [];
    return {
      identifier: `http://repo.example/handle/${row + 1}`,
      title: [this.#library.title(row).unicode, ...revisions].join(' '),
      authors: authorsOf(this.#spread.seed, row),
      date: dayText((this.#origin[row] ?? this.list.second(row)) - random.below(2000) * 86_400),
      doi: this.#journals.has(row) || random.next() < 0.3 ? `10.5555/repo.${row + 1}` : '',
      subject: random.pick(['Physics', 'History & Philosophy', 'Медицина', '数学']),
      language: random.pick(['eng', 'deu', 'rus', 'jpn']),
      abstractXml: this.#library.abstractXml(row, Math.max(120, this.#setup.recordBytes - 900), 'unicode'),
    };
  }

  restamp(row: number, second: number): void {
    this.list.stamp(row, second);
  }

  revise(row: number, second: number, withdrawn: boolean): number {
    const revisions = this.#revisions.get(row) ?? [];
    this.#revisions.set(row, [
      ...revisions,
      withdrawn ? '[withdrawn]' : `(revision ${revisions.length + 2})`,
    ]);
    this.#deleted.set(row, false);
    this.list.stamp(row, second);
    return row;
  }

  remove(row: number, second: number): void {
    this.#deleted.set(row, true);
    this.list.stamp(row, second);
  }

  journal(row: number, second: number): void {
    this.#journals.add(row);
    this.list.stamp(row, second);
  }

  add(second: number): number {
    const row = this.list.append(second);
    this.list.insert(row);
    return row;
  }
}
