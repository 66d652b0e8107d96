import fc from 'fast-check';
import { VirtualClock } from '@holdfast/resilience/clock';
import { expect, test } from 'vitest';
import type { Dataset, DatasetBatch, DatasetContent } from '../datasets/port.ts';
import { exportLine } from '../formats/jsonl.ts';
import { HoldfastError } from '../model/error.ts';
import { arxivSource } from '../sources/arxiv/index.ts';
import { oaiPmhSource } from '../sources/oai-pmh/index.ts';
import { MemoryStore } from '../store/memory/memory-store.ts';
import type { Commit, CommitResult, Store } from '../store/port.ts';
import { all } from '../store/testing/fixtures.ts';
import { importDataset } from './import-dataset.ts';
import type { ImportOrder } from './import-dataset.ts';

const START = Date.parse('2026-01-01T00:00:00Z');

/** Entries in the test's memory; positions are their numbers, and name the version of the file. */
class ListDataset implements Dataset {
  readonly path = '/data/set.jsonl';
  readonly form = 'jsonl';
  readonly files = 1;
  readonly bytes: number;
  readonly #contents: readonly DatasetContent[];
  readonly #size: number;
  readonly version: string;

  constructor(contents: readonly DatasetContent[], size = 3, version = 'a') {
    this.#contents = contents;
    this.#size = size;
    this.bytes = contents.length;
    this.version = version;
  }

  async *batches({
    after,
    signal,
  }: {
    after: string | null;
    signal: AbortSignal;
  }): AsyncGenerator<DatasetBatch> {
    const [version = this.version, from = '0'] = after?.split(':') ?? [];
    if (version !== this.version) throw new HoldfastError('ERR_DATASET_CHANGED', 'Another file.');
    for (let at = Number(from); at < this.#contents.length; at += this.#size) {
      signal.throwIfAborted();
      const next = Math.min(at + this.#size, this.#contents.length);
      const entries = this.#contents
        .slice(at, next)
        .map((content, index) => ({ where: `set:${at + index}`, content }));
      yield { entries, position: `${this.version}:${next}`, bytesRead: next };
    }
  }
}

function line(n: number, change: object = {}): DatasetContent {
  const id = `2301.${String(n).padStart(5, '0')}`;
  const versions = [{ version: 'v1', created: 'Mon, 2 Jan 2023 19:18:42 GMT' }];
  const base = { id, title: `Paper ${n}`, abstract: 'x', authors: 'A', update_date: '2023-01-03', versions };
  return { type: 'fields', values: { ...base, ...change } };
}
function preprint(n: number): DatasetContent {
  const link = `https://www.biorxiv.org/content/10.1101/2020.01.30.${String(100_000 + n)}v1`;
  return {
    type: 'fields',
    values: { title: `Preprint ${n}`, link, published: '2020-01-30', source: 'bioRxiv' },
  };
}
const lines = (count: number): DatasetContent[] => Array.from({ length: count }, (_, n) => line(n + 1));

let ids = 0;
function begin(store: Store, dataset: Dataset, change: Partial<ImportOrder> = {}) {
  const clock = new VirtualClock({ start: START });
  const deps = {
    store,
    clock,
    uniqueId: () => `batch-${++ids}`,
    sources: [
      { id: 'arxiv', kind: 'arxiv' },
      { id: 'library', kind: 'oai-pmh', baseUrl: 'http://127.0.0.1/oai' },
    ],
    connector: ({ id, kind }: { id: string; kind: string }) =>
      kind === 'arxiv'
        ? arxivSource({ id })
        : oaiPmhSource({ id, baseUrl: 'http://127.0.0.1/oai', metadataPrefix: 'oai_dc' }),
  };
  const { signal } = new AbortController();
  const order = { dataset, path: '/data/set.jsonl', stamp: 's', source: null, signal, ...change };
  return importDataset(deps, order);
}
const memory = (): MemoryStore => new MemoryStore({ clock: new VirtualClock({ start: START }) });
async function heldIn(store: Store): Promise<string[]> {
  return (await all(store.export({ allVersions: true })))
    .map(({ source, fields }) => `${source} ${fields.id}`)
    .sort();
}

test('lines become papers, and no window of a harvest is made or touched', async () => {
  const store = memory();
  const summary = await begin(store, new ListDataset(lines(10)));
  expect(summary).toMatchObject({
    added: 10,
    known: 0,
    refused: 0,
    bad: 0,
    already: false,
    sources: ['arxiv'],
  });
  expect(await heldIn(store)).toHaveLength(10);
  expect(await store.windows('arxiv')).toEqual([]);
  const [side] = await store.windows('arxiv', { side: true });
  expect(side).toMatchObject({ state: 'OPEN', records: 10 });
  expect((await store.stats()).perSource[0]?.windows).toEqual({ open: 0, sealed: 0, verified: 0, gap: 0 });
});

test('the bytes of a line stay with its record, keys that are not known included', async () => {
  const store = memory();
  await begin(store, new ListDataset([line(1, { mood: 'good' }), line(2)]));
  const raw = await store.raw('arxiv', '2301.00001', '1');
  expect(JSON.parse(new TextDecoder().decode(raw ?? new Uint8Array()))).toMatchObject({ mood: 'good' });
});

test('the same file again is said to be done, and a changed one changes only what is new', async () => {
  const store = memory();
  await begin(store, new ListDataset(lines(5)));
  const before = (await store.stats()).lastSeq;
  expect(await begin(store, new ListDataset(lines(5)))).toMatchObject({ already: true, added: 5 });
  const longer = new ListDataset([...lines(5), line(6)], 3, 'b');
  expect(await begin(store, longer, { stamp: 't' })).toMatchObject({ already: false, added: 1, known: 5 });
  expect((await store.stats()).lastSeq).toBe(before + 1n);
});

test('a file that was replaced while its import was stopped is read from its start', async () => {
  const store = memory();
  const abort = new AbortController();
  const stopped = begin(store, new ListDataset(lines(30), 3), {
    signal: abort.signal,
    rows: 3,
    onProgress: () => abort.abort(),
  });
  await expect(stopped).resolves.toMatchObject({ stopped: true });
  const other = new ListDataset([line(90), ...lines(4)], 3, 'b');
  expect(await begin(store, other)).toMatchObject({ stopped: false, already: false });
  expect(await heldIn(store)).toContain('arxiv 2301.00090');
});

test('a mixed file is split by source', async () => {
  const store = memory();
  const mixed = lines(6).flatMap((each, n) => [each, preprint(n)]);
  const summary = await begin(store, new ListDataset(mixed));
  expect(summary).toMatchObject({ added: 12, sources: ['arxiv', 'biorxiv'] });
  expect((await store.sources()).map(({ id, kind }) => [id, kind])).toEqual([
    ['arxiv', 'arxiv'],
    ['biorxiv', 'biorxiv'],
  ]);
});

test('a damaged id is repaired or refused, and what is refused is in the quarantine with its bytes and reason', async () => {
  const store = memory();
  const damaged = [line(1, { id: '2301.0001' }), line(2, { id: '1501.1' }), line(3, { id: '23.1' }), line(4)];
  expect(await begin(store, new ListDataset(damaged))).toMatchObject({ added: 2, repaired: 1, refused: 2 });
  const entries = await store.quarantine({ source: 'arxiv' });
  expect(entries.map(({ code, state }) => [code, state])).toEqual([
    ['ERR_IMPORT_ID', 'open'],
    ['ERR_IMPORT_ID', 'open'],
  ]);
  expect(new TextDecoder().decode(entries[0]?.bytes)).toContain('"1501.1"');
  expect(entries[0]?.reason).toMatch(/1501\.10000.*posted in 2023-01/);
});

test('what a data set could not read is counted and kept', async () => {
  const store = memory();
  const bytes = new TextEncoder().encode('{"id": ');
  const bad: DatasetContent = { type: 'bad', code: 'ERR_DATASET_JSON', reason: 'The JSON is cut.', bytes };
  expect(await begin(store, new ListDataset([bad, line(1)]))).toMatchObject({ added: 1, bad: 1 });
  expect(await store.quarantine()).toMatchObject([{ code: 'ERR_DATASET_JSON', bytes }]);
});

test('a source that a person names takes what is its own and nothing else', async () => {
  const store = memory();
  const summary = await begin(store, new ListDataset([line(1), preprint(1)]), { source: 'mine' });
  expect(summary).toMatchObject({ added: 1, refused: 1, sources: ['mine'] });
  expect((await store.sources()).map(({ id, kind }) => [id, kind])).toEqual([['mine', 'arxiv']]);
});

test('a file that tells no source is not imported into any', async () => {
  const store = memory();
  const lost: DatasetContent = { type: 'fields', values: { title: 'T', link: 'x', published: '2020-01-01' } };
  await expect(begin(store, new ListDataset([lost]))).rejects.toMatchObject({ code: 'ERR_IMPORT_SOURCE' });
  expect(await store.sources()).toEqual([]);
});

test('what one store exports another one imports, with versions, tombstones and hashes', async () => {
  const [first, second] = [memory(), memory()];
  await begin(first, new ListDataset([...lines(4), preprint(1)]));
  const exported = await all(first.export({ allVersions: true }));
  const contents = exported.map((paper): DatasetContent => {
    return { type: 'fields', values: JSON.parse(exportLine(paper, true)) as Record<string, unknown> };
  });
  expect(await begin(second, new ListDataset(contents))).toMatchObject({ added: 5, refused: 0 });
  const lineOf = (store: Store) =>
    all(store.export({})).then((papers) => papers.map((each) => exportLine(each, false)));
  expect((await lineOf(second)).sort()).toEqual((await lineOf(first)).sort());
});

const record = (name: string, body: string, status = ''): string =>
  `<record><header${status}><identifier>${name}</identifier><datestamp>2024-01-02</datestamp></header>${body}</record>`;
const pageOf = (records: string): DatasetContent => ({
  type: 'oai-page',
  bytes: new TextEncoder().encode(`<OAI-PMH><ListRecords>${records}</ListRecords></OAI-PMH>`),
});

test('OAI pages go to the source of their format: Dublin Core, arXiv, and arXivRaw as papers', async () => {
  const store = memory();
  const dc =
    '<metadata><oai_dc:dc xmlns:oai_dc="o" xmlns:dc="d"><dc:title>Book</dc:title></oai_dc:dc></metadata>';
  const arxiv =
    '<metadata><arXiv xmlns="a"><id>2301.00001</id><title>T</title><created>2023-01-02</created></arXiv></metadata>';
  const raw =
    '<metadata><arXivRaw xmlns="a"><id>2301.00002</id><version version="v1"><date>Mon, 2 Jan 2023 19:18:42 GMT</date></version><version version="v2"><date>Tue, 3 Jan 2023 19:18:42 GMT</date><source_type>I</source_type></version><title>Raw</title><authors>Ada (London), Bo</authors></arXivRaw></metadata>';
  const summary = await begin(
    store,
    new ListDataset([
      pageOf(record('oai:x:1', dc) + record('oai:x:2', '', ' status="deleted"')),
      pageOf(record('oai:arXiv.org:2301.00001', arxiv)),
      pageOf(record('oai:arXiv.org:2301.00002', raw) + record('oai:arXiv.org:bad', raw)),
    ]),
  );
  expect(summary).toMatchObject({ added: 4, bad: 1 });
  expect(await heldIn(store)).toEqual([
    'arxiv 2301.00001',
    'arxiv 2301.00002',
    'library oai:x:1',
    'library oai:x:2',
  ]);
  const [withdrawn] = await store.show('2301.00002');
  expect(withdrawn?.fields).toMatchObject({
    version: '2',
    withdrawn: true,
    authors: [{ name: 'Ada' }, { name: 'Bo' }],
  });
  const bytes = await store.raw('arxiv', '2301.00002', '2');
  expect(new TextDecoder().decode(bytes ?? new Uint8Array())).toMatch(/^<record>.*Raw.*<\/record>$/s);
});

/** A store whose process dies at a chosen commit, before it or after it. */
class DyingStore extends MemoryStore {
  left = Number.POSITIVE_INFINITY;
  after = false;
  override async commit(commit: Commit): Promise<CommitResult> {
    this.left -= 1;
    if (this.left < 0) throw new Error('dead');
    if (this.left > 0) return super.commit(commit);
    if (this.after) await super.commit(commit);
    throw new Error('dead');
  }
}

test('killed at any commits it goes on exactly there: nothing is lost, doubled or counted twice', async () => {
  const contents = lines(40).flatMap((each, n) => (n % 3 === 0 ? [each, preprint(n)] : [each]));
  const whole = memory();
  const expected = await begin(whole, new ListDataset(contents, 7));
  let died = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ at: fc.integer({ min: 1, max: 12 }), after: fc.boolean() }), { maxLength: 4 }),
      fc.integer({ min: 1, max: 12 }),
      async (deaths, size) => {
        const store = new DyingStore({ clock: new VirtualClock({ start: START }) });
        for (const { at, after } of deaths) {
          [store.left, store.after] = [at, after];
          await begin(store, new ListDataset(contents, size), { rows: 5 }).catch(() => (died += 1));
          store.reopen();
        }
        store.left = Number.POSITIVE_INFINITY;
        expect(await begin(store, new ListDataset(contents, size), { rows: 5 })).toMatchObject({
          added: expected.added,
          known: 0,
          changed: 0,
        });
        expect(await heldIn(store)).toEqual(await heldIn(whole));
      },
    ),
    { numRuns: 60 },
  );
  expect(died).toBeGreaterThan(0);
});
