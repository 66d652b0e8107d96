import { IdIndex, type Corpus } from '../corpus/corpus.ts';
import { LiveList } from '../corpus/live-list.ts';
import { spreadSeconds, type Spread } from '../corpus/seconds.ts';
import { daySeconds, dayOf, dayText } from '../days.ts';
import { UpstreamError } from '../errors.ts';
import { mix } from '../random.ts';
import { Library } from '../text/library.ts';
import { rowText, type PreprintRow } from './row-text.ts';
import { originalRow, type VersionRow } from './rows.ts';

/** A preprint that appeared in a journal. */
export interface Publication {
  readonly paper: number;
  readonly doi: string;
  /** First second of the day. */
  readonly second: number;
}

/** Version rows of bioRxiv or medRxiv in the order of posting. */
export class PreprintCorpus implements Corpus {
  readonly list: LiveList;
  readonly server: 'biorxiv' | 'medrxiv';
  readonly #spread: Spread;
  readonly #recordBytes: number;
  readonly #library: Library;
  readonly #originals: number;
  readonly #index: IdIndex;
  readonly #late = new Map<number, VersionRow & { readonly withdrawn: boolean }>();
  readonly #journals = new Map<number, number>();
  #counted = { key: '', papers: 0 };

  constructor(server: 'biorxiv' | 'medrxiv', spread: Spread, recordBytes: number) {
    this.server = server;
    this.#spread = spread;
    this.#recordBytes = recordBytes;
    this.#library = new Library(spread.seed);
    this.#originals = spread.records;
    this.list = new LiveList(spreadSeconds(spread), (a, b) => a - b);
    this.#index = new IdIndex((row) => this.id(row));
  }

  /** Paper and version of a row. */
  versionRow(row: number): VersionRow {
    return this.#late.get(row) ?? originalRow(this.#spread.seed, row);
  }

  id(row: number): string {
    const { paper } = this.versionRow(row);
    const prefix = paper % 3 === 0 ? '10.1101' : '10.64898';
    return `${prefix}/${dayText(this.list.second(paper) - daySeconds).replaceAll('-', '.')}.${100_000 + paper}`;
  }

  servedId(row: number): string {
    return `${this.id(row)}v${this.version(row)}`;
  }

  version(row: number): string {
    return String(this.versionRow(row).version);
  }

  datestamp(row: number): string {
    return dayText(this.list.second(row));
  }

  deleted(): boolean {
    return false;
  }

  find(id: string): number | undefined {
    return this.#index.find(id.toLowerCase(), this.list.count);
  }

  /** The listed rows of a paper, first version first. */
  versionsOf(id: string): readonly number[] {
    const last = this.find(id);
    if (last === undefined) return [];
    const { paper } = this.versionRow(last);
    const rows: number[] = [];
    for (let row = paper; row < this.list.count; row += 1) {
      if (this.versionRow(row).paper === paper && this.list.isKnown(row)) rows.push(row);
    }
    return rows.sort((a, b) => this.versionRow(a).version - this.versionRow(b).version);
  }

  /** First versions between two places; the last answer is kept, since a walk asks for the same range page by page. */
  newPapers(start: number, end: number): number {
    const key = `${start}:${end}:${this.list.revision}`;
    if (this.#counted.key !== key) {
      let papers = 0;
      for (let place = start; place < end; place += 1)
        if (this.versionRow(this.list.at(place)).version === 1) papers += 1;
      this.#counted = { key, papers };
    }
    return this.#counted.papers;
  }

  /** The row as the service prints it. */
  row(row: number): PreprintRow {
    const { paper, version } = this.versionRow(row);
    return rowText({
      seed: this.#spread.seed,
      server: this.server,
      paper,
      version,
      row,
      doi: this.id(row),
      date: this.datestamp(row),
      withdrawn: this.#withdrawn(row),
      published: this.publication(paper)?.doi ?? 'NA',
      recordBytes: this.#recordBytes,
      library: this.#library,
    });
  }

  /** Where a paper appeared. One in five has a journal from the start. */
  publication(paper: number): Publication | undefined {
    const known = this.#journals.get(paper);
    const born =
      this.versionRow(paper).version === 1 &&
      paper < this.#originals &&
      mix(this.#spread.seed, paper, 52) % 5 === 0;
    if (known === undefined && !born) return undefined;
    const second = known ?? this.list.second(paper);
    return {
      paper,
      doi: `10.1091/sim.E25-${String(paper).padStart(4, '0')}`,
      second: dayOf(second) * daySeconds,
    };
  }

  /** Every publication in a range of seconds, by date; it walks over all rows. */
  publications(from: number, until: number): readonly Publication[] {
    const found: Publication[] = [];
    for (let row = 0; row < this.list.count; row += 1) {
      if (this.versionRow(row).paper !== row) continue;
      const publication = this.publication(row);
      if (publication !== undefined && publication.second >= from && publication.second <= until)
        found.push(publication);
    }
    return found.sort((a, b) => a.second - b.second || a.paper - b.paper);
  }

  restamp(): void {
    throw new UpstreamError(
      'ERR_UPSTREAM_UNSUPPORTED',
      `${this.server} has no modification stamp`,
      'use newVersion, or publishInJournal for a silent change',
    );
  }

  revise(row: number, second: number, withdrawn: boolean): number {
    const { paper } = this.versionRow(row);
    const latest = this.find(this.id(row)) ?? row;
    return this.#append(second, { paper, version: this.versionRow(latest).version + 1, withdrawn });
  }

  remove(): void {
    throw new UpstreamError(
      'ERR_UPSTREAM_UNSUPPORTED',
      `${this.server} never deletes`,
      'withdraw the paper or hide it from the list',
    );
  }

  journal(row: number, second: number): void {
    this.#journals.set(this.versionRow(row).paper, second);
  }

  add(second: number): number {
    return this.#append(second, { paper: this.list.count, version: 1, withdrawn: false });
  }

  #append(second: number, what: VersionRow & { readonly withdrawn: boolean }): number {
    const row = this.list.append(second);
    this.#late.set(row, what);
    this.list.insert(row);
    return row;
  }

  #withdrawn(row: number): boolean {
    const late = this.#late.get(row);
    if (late !== undefined) return late.withdrawn;
    return this.versionRow(row).version > 1 && mix(this.#spread.seed, row, 53) % 40 === 0;
  }
}
