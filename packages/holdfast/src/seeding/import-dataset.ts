import { classify } from '@holdfast/resilience';
import type { Clock } from '@holdfast/resilience/clock';
import type { Dataset } from '../datasets/port.ts';
import { dayOf } from '../model/day.ts';
import { HoldfastError } from '../model/error.ts';
import type { ImportCounts, ImportProgress, ImportSummary } from '../model/import.ts';
import type { Source } from '../sources/port.ts';
import { packPage } from '../store/packed-page.ts';
import type { RawPage, Store } from '../store/port.ts';
import { BundleMaker } from './bundle.ts';
import type { Bundle } from './bundle.ts';
import { contentsOf, pageOf } from './contents.ts';
import { Homes } from './homes.ts';
import type { KnownSource } from './homes.ts';
import { NO_COUNTS, readCursor, sumCounts } from './import-cursor.ts';
import { QuickSnapshot } from './quick/quick-snapshot.ts';
import { importStream, SideWindow } from './side-window.ts';

/** What an import needs. */
export interface ImportDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly uniqueId: () => string;
  /** The configured sources. */
  readonly sources: readonly KnownSource[];
  readonly connector: (source: KnownSource) => Source;
}

/** What is imported. */
export interface ImportOrder {
  readonly dataset: Dataset;
  /** The absolute path: the same one goes on where it was left. */
  readonly path: string;
  /** Size and time of the file, or whatever else tells it from another one under its path. */
  readonly stamp: string;
  /** The source that a person named for everything in it. */
  readonly source: string | null;
  readonly signal: AbortSignal;
  readonly onProgress?: (progress: ImportProgress) => void;
  /** About so many rows to a commit; as many as are stored in a quarter of a second when left out. */
  readonly rows?: number;
}

/** Rows and bytes of one commit: as many as are stored in about a quarter of a second, and no more than fit a cache. */
const FIRST_ROWS = 2_000;
const FEWEST_ROWS = 500;
const MOST_ROWS = 2_000;
const MOST_BYTES = 12 << 20;
const COMMIT_MS = 250;
/** A disk that is full is tried again so often, and for so long, ms. */
const RETRY_MS = 5_000;
const PATIENCE_MS = 10 * 60_000;

/**
 * Brings the records of a data set into the store, in commits on side windows whose cursor is the place in the data
 * set: cut off at any moment it goes on exactly there. Windows of harvests are not looked at and not touched.
 * @throws HoldfastError `ERR_IMPORT_SOURCE` when nothing tells the source, and the errors of data sets and stores.
 */
export async function importDataset(deps: ImportDeps, order: ImportOrder): Promise<ImportSummary> {
  const run = new ImportRun(deps, order, await knownSources(deps));
  try {
    return await run.run();
  } finally {
    await run.close();
  }
}

/** Those of the configuration first, then those that the store holds, such as a source that an import has made. */
async function knownSources({ store, sources }: ImportDeps): Promise<readonly KnownSource[]> {
  const stored = (await store.sources()).filter(({ id }) => sources.every((each) => each.id !== id));
  return [...sources, ...stored.map(({ id, kind }) => ({ id, kind }))];
}

class ImportRun {
  readonly #deps: ImportDeps;
  readonly #order: ImportOrder;
  readonly #known: readonly KnownSource[];
  readonly #homes: Homes;
  readonly #windows = new Map<string, SideWindow>();
  #main: SideWindow | null = null;
  #rows: number;
  #commit: Promise<void> = Promise.resolve();
  #bytesRead = 0;
  #anew = false;
  readonly #stamp: string;
  readonly #quick: QuickSnapshot;
  /** Of bundles that are stored: at most three are on their way at once. */
  readonly #memory: Buffer[] = [];
  /** The last commit brought something: the page of the next one is worth keeping too, so it is made ready ahead. */
  #news = true;

  constructor(deps: ImportDeps, order: ImportOrder, known: readonly KnownSource[]) {
    this.#deps = deps;
    this.#order = order;
    this.#known = known;
    this.#homes = new Homes(known, order.source);
    this.#rows = order.rows ?? FIRST_ROWS;
    this.#quick = new QuickSnapshot(dayOf(deps.clock.now()));
    this.#stamp = `${order.stamp} ${order.source ?? ''}`;
  }

  async run(): Promise<ImportSummary> {
    await this.#takeUp();
    if (this.#main?.cursor.done === true) return this.#summary({ already: true });
    try {
      await this.#readOrBeginAnew();
    } catch (error) {
      await this.#commit.catch(() => undefined);
      if (this.#order.signal.aborted && !(error instanceof HoldfastError)) {
        await this.#noteAll(false);
        return this.#summary({ stopped: true });
      }
      throw error;
    }
    if (this.#main === null) throw sourceless();
    await this.#noteAll(true);
    return this.#summary({});
  }

  async close(): Promise<void> {
    for (const window of this.#windows.values()) await window.release().catch(() => undefined);
  }

  /** Finds where an import of this path was left: the windows of all sources that it brought records to. */
  async #takeUp(): Promise<void> {
    const stream = importStream(this.#order.path);
    for (const source of this.#known) {
      const windows = await this.#deps.store.windows(source.id, { side: true });
      const found = windows.find((window) => window.stream === stream);
      if (found === undefined || readCursor(found.cursor)?.stamp !== this.#stamp) continue;
      const window = await this.#open(source, false);
      if (window.cursor.main) this.#main = window;
    }
    if (this.#main === null) this.#windows.clear();
    this.#bytesRead = this.#main?.cursor.bytesRead ?? 0;
  }

  async #open(source: KnownSource, main: boolean): Promise<SideWindow> {
    const before = this.#main?.cursor;
    const fresh = { stamp: this.#stamp, main, position: before?.position ?? null, seen: before?.seen ?? 0 };
    const window = await SideWindow.open(this.#deps.store, source, this.#order.path, fresh, this.#anew);
    await window.recount(this.#deps.clock.now());
    this.#windows.set(source.id, window);
    return window;
  }

  /** A file that is another one than at the last time is read from its start: what is known is not stored twice. */
  async #readOrBeginAnew(): Promise<void> {
    try {
      await this.#readAll();
    } catch (error) {
      const changed = error instanceof HoldfastError && error.code === 'ERR_DATASET_CHANGED';
      if (!changed || this.#anew) throw error;
      await this.#commit;
      await this.close();
      this.#windows.clear();
      this.#main = null;
      this.#anew = true;
      await this.#readAll();
    }
  }

  async #readAll(): Promise<void> {
    const { dataset, signal } = this.#order;
    const position = this.#main?.cursor.position ?? null;
    let seen = this.#main?.cursor.seen ?? 0;
    let maker = this.#maker(seen);
    for await (const batch of dataset.batches({ after: position, signal, unread: true })) {
      signal.throwIfAborted();
      maker.add(batch);
      if (maker.count < this.#rows && maker.rawBytes < MOST_BYTES) continue;
      seen = await this.#hand(maker.finish(), seen);
      maker = this.#maker(seen);
    }
    await this.#hand(maker.finish(), seen);
    await this.#commit;
  }

  #maker(seen: number): BundleMaker {
    const { connector, clock } = this.#deps;
    return new BundleMaker(
      { homes: this.#homes, connector, today: dayOf(clock.now()), quick: this.#quick, memory: this.#memory },
      seen,
    );
  }

  /** Begins to store a bundle once the one before is stored; the next one is read meanwhile. */
  async #hand(bundle: Bundle | null, seen: number): Promise<number> {
    if (bundle === null) return seen;
    const at = this.#deps.clock.now();
    const contents = contentsOf(bundle, at);
    const page = this.#readyPage(pageOf(bundle, `import:${nameOf(this.#order.path)}`, at));
    // A failure is told where it is awaited.
    page.catch(() => undefined);
    await this.#commit;
    this.#order.signal.throwIfAborted();
    this.#commit = this.#store(bundle, contents, page);
    // It is awaited before the next one; a failure is told there.
    this.#commit.catch(() => undefined);
    return bundle.entries;
  }

  async #readyPage(page: RawPage | null): Promise<RawPage | null> {
    return page && this.#news ? { ...page, packed: await packPage(page.bytes) } : page;
  }

  async #store(
    bundle: Bundle,
    contents: ReturnType<typeof contentsOf>,
    ready: Promise<RawPage | null>,
  ): Promise<void> {
    const { clock, uniqueId } = this.#deps;
    const page = await ready;
    const before = this.#counts();
    const start = clock.monotonic();
    const first = this.#homes.forced ?? bundle.sources.values().next().value;
    this.#main ??= first === undefined ? null : await this.#open(first, true);
    const main = this.#main;
    if (main === null) throw sourceless();
    for (const source of [...bundle.sources.values()].filter(({ id }) => id !== main.source.id)) {
      const window = this.#windows.get(source.id) ?? (await this.#open(source, false));
      const content = contents(source.id, window.cursor.seen, false);
      if (window.cursor.seen < bundle.entries)
        await this.#patiently(() => window.commit({ ...content, page, batchId: content.batchId(uniqueId) }));
    }
    // The main window comes last: what it says is stored, is stored everywhere.
    const content = contents(main.source.id, main.cursor.seen, true);
    await this.#patiently(() => main.commit({ ...content, page, batchId: content.batchId(uniqueId) }));
    for (const { packer } of bundle.piles.values()) this.#memory.push(packer.memory);
    this.#bytesRead = bundle.bytesRead;
    const now = this.#counts();
    this.#news = now.added + now.changed > before.added + before.changed;
    this.#adapt(clock.monotonic() - start, bundle.count);
    this.#tell(null);
  }

  #adapt(ms: number, rows: number): void {
    if (this.#order.rows !== undefined) return;
    const wanted = ms <= 0 ? MOST_ROWS : (rows * COMMIT_MS) / ms;
    this.#rows = Math.round(Math.min(MOST_ROWS, Math.max(FEWEST_ROWS, wanted)));
  }

  /** A disk without room is waited for, visibly; nothing is lost meanwhile. The batch's id makes repeating safe. */
  async #patiently(work: () => Promise<unknown>): Promise<void> {
    const { clock } = this.#deps;
    const { signal } = this.#order;
    for (const start = clock.monotonic(); ;) {
      try {
        await work();
        return;
      } catch (error) {
        const waits = classify(error).category === 'local' && clock.monotonic() - start < PATIENCE_MS;
        if (!waits || signal.aborted) throw error;
        this.#tell(error instanceof Error ? error.message : String(error));
        await clock.sleep(RETRY_MS, { signal });
      }
    }
  }

  async #noteAll(done: boolean): Promise<void> {
    const { clock, uniqueId } = this.#deps;
    const others = [...this.#windows.values()].filter((window) => window !== this.#main);
    for (const window of [...others, ...(this.#main ? [this.#main] : [])]) {
      const batchId = uniqueId();
      await this.#patiently(() => window.note(done, batchId, clock.now()));
    }
  }

  #counts(): ImportCounts {
    return [...this.#windows.values()].map(({ cursor }) => cursor.counts).reduce(sumCounts, NO_COUNTS);
  }

  #tell(waits: string | null): void {
    const { onProgress, dataset } = this.#order;
    onProgress?.({ ...this.#counts(), bytes: dataset.bytes, bytesRead: this.#bytesRead, waits });
  }

  #summary(end: { already?: boolean; stopped?: boolean }): ImportSummary {
    const sources = [...this.#windows.keys()];
    return { ...this.#counts(), already: false, stopped: false, ...end, sources };
  }
}

function sourceless(): HoldfastError {
  return new HoldfastError('ERR_IMPORT_SOURCE', 'Nothing in it tells which source its records are of.', {
    hint: 'Name the source: holdfast import FILE --source ID.',
  });
}

/** The last part of a path: where on the machine it lay is nobody's affair later. */
function nameOf(path: string): string {
  return path.split(/[\\/]/).findLast((part) => part !== '') ?? path;
}
