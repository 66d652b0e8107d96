import { copyFileSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock, VirtualClock } from '@holdfast/resilience/clock';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openFormat } from '../../formats/format.ts';
import { OutputFile } from '../../follow/outputs/output-file.ts';
import type { PaperReader } from '../../follow/outputs/papers-since.ts';
import { HoldfastError } from '../../model/error.ts';
import { MemoryStore } from '../../store/memory/memory-store.ts';
import type { Store, StoreIdentity } from '../../store/port.ts';
import { openStore } from '../../store/sqlite/index.ts';
import { Harvest, leased, paper } from '../../store/testing/fixtures.ts';
import { TextOutput } from '../testing/test-io.ts';
import { LiveReader } from './live-reader.ts';
import { planOf } from './plan.ts';
import type { ExportOptions } from './plan.ts';
import { readIds } from './read-ids.ts';
import { exportAll, exportOn } from './run-export.ts';
import type { ExportRun } from './run-export.ts';
import { appendSink, streamSink, wholeFileSink } from './sinks.ts';
import type { ExportSink } from './sinks.ts';

let folder = '';
let store: Store;
let harvest: Harvest;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-export-'));
  store = new MemoryStore({ clock: new VirtualClock() });
  harvest = new Harvest(store, await leased(store));
});
afterEach(() => rmSync(folder, { recursive: true }));

const turn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));
/** Time that passes as soon as somebody waits for it. */
const quick = { ...systemClock, sleep: turn };

async function run(change: Partial<ExportRun> & { readonly sink: ExportSink }): Promise<ExportRun> {
  const writer = await openFormat('jsonl', { withSeq: true, allVersions: false });
  return { writer, query: {}, from: 0n, reader: () => Promise.resolve(store), clock: quick, ...change };
}

const idsIn = (text: string): string[] =>
  text
    .split('\n')
    .slice(0, -1)
    .map((line) => (JSON.parse(line) as { id: string }).id);

async function until(check: () => boolean): Promise<void> {
  while (!check()) await turn();
}

describe('a follower', () => {
  test('prints what is there and what comes, each change once, until it is told to end', async () => {
    await harvest.add([paper({ id: 'a' }), paper({ id: 'b' })]);
    const [out, stop] = [new TextOutput(), new AbortController()];
    const followed = exportOn(await run({ sink: streamSink(out) }), {
      signal: stop.signal,
      onWait: () => undefined,
    });
    await until(() => out.text.split('\n').length === 3);
    await harvest.add([paper({ id: 'a', title: 'more' }, '2024-01-03'), paper({ id: 'c' })]);
    await until(() => out.text.split('\n').length === 5);
    stop.abort();
    await followed;
    expect(idsIn(out.text)).toEqual(['a', 'b', 'a', 'c']);
  });

  test('prints only what its query matches, also of what comes', async () => {
    const [out, stop] = [new TextOutput(), new AbortController()];
    await harvest.add([paper({ id: 'a', title: 'quantum' }), paper({ id: 'b', title: 'other' })]);
    const sink = streamSink(out);
    const following = { signal: stop.signal, onWait: () => undefined };
    const followed = exportOn(await run({ sink, query: { query: 'quantum' } }), following);
    await until(() => out.text !== '');
    await harvest.add([paper({ id: 'c', title: 'else' }), paper({ id: 'd', title: 'quantum leaps' })]);
    await until(() => out.text.split('\n').length === 3);
    stop.abort();
    await followed;
    expect(idsIn(out.text)).toEqual(['a', 'd']);
  });

  test.each<readonly [string, (identity: StoreIdentity) => StoreIdentity, RegExp]>([
    ['another epoch', (identity) => ({ ...identity, epoch: 'restored' }), /restored from a copy/],
    [
      'a feed that ends earlier',
      (identity) => ({ ...identity, lastSeq: 1n }),
      /ends with 1, but 2 was reached/,
    ],
  ])('ends with an error when the store has %s', async (_, change, message) => {
    await harvest.add([paper({ id: 'a' }), paper({ id: 'b' })]);
    let isRestored = false;
    const reader: PaperReader = {
      identity: async () => (isRestored ? change(await store.identity()) : store.identity()),
      changes: (after, limit) => store.changes(after, limit),
      export: (query) => store.export(query),
    };
    const out = new TextOutput();
    const options = await run({ sink: streamSink(out), reader: () => Promise.resolve(reader) });
    const followed = exportOn(options, { signal: new AbortController().signal, onWait: () => undefined });
    followed.catch(() => undefined);
    await until(() => out.text !== '');
    isRestored = true;
    await expect(followed).rejects.toMatchObject({ code: 'ERR_FEED_RESTORED', message });
  });

  test('waits for a store that cannot be read for a moment, and prints nothing twice', async () => {
    await harvest.add(
      Array.from({ length: 300 }, (_, index) => paper({ id: `p${index}`, abstract: 'x'.repeat(1_000) })),
    );
    let isBroken = true;
    let waits = 0;
    const reader: PaperReader = {
      identity: () => store.identity(),
      changes: (after, limit) => store.changes(after, limit),
      export: async function* (query) {
        let given = 0;
        for await (const each of store.export(query)) {
          given += 1;
          if (isBroken && given > 200) throw new HoldfastError('ERR_STORE_ABSENT', 'There is no store.');
          yield each;
        }
      },
    };
    const [out, stop] = [new TextOutput(), new AbortController()];
    const options = await run({ sink: streamSink(out), reader: () => Promise.resolve(reader) });
    const onWait = (): void => {
      waits += 1;
      isBroken = false;
    };
    const followed = exportOn(options, { signal: stop.signal, onWait });
    await until(() => out.text.split('\n').length > 300);
    stop.abort();
    await followed;
    expect(waits).toBe(1);
    expect(idsIn(out.text)).toEqual(Array.from({ length: 300 }, (_, index) => `p${index}`));
  });

  test('reads the store that stands at its path, also when another one is put there', async () => {
    const [file, copy] = [join(folder, 'a.db'), join(folder, 'copy.db')];
    const first = await openStore({ file, clock: new VirtualClock() });
    await first.close();
    const live = new LiveReader(file);
    const before = await live.get();
    expect(await live.get()).toBe(before);
    copyFileSync(file, copy);
    renameSync(copy, file);
    expect(await live.get()).not.toBe(before);
    await live.close();
  });
});

describe('an export to a file', () => {
  test.each(['csv', 'bibtex', 'ris', 'jsonl'] as const)(
    'as %s goes on after a kill at any moment as if there had been none',
    async (format) => {
      await harvest.add(
        Array.from({ length: 40 }, (_, index) => paper({ id: `p${index}`, title: `Title ${index}` })),
      );
      const whole = join(folder, 'whole');
      await exportTo(whole, format, Number.POSITIVE_INFINITY);
      const path = join(folder, 'killed');
      for (let bytes = 100; bytes < 20_000; bytes += 1_700) {
        await exportTo(path, format, bytes).catch(() => undefined);
        if (bytes % 2 === 0) writeFileSync(path, Buffer.alloc(30, 7), { flag: 'a' });
      }
      await exportTo(path, format, Number.POSITIVE_INFINITY);
      expect(readFileSync(path, 'utf8')).toBe(readFileSync(whole, 'utf8'));
    },
  );

  /** Exports to a file, saves after every paper, and dies after so many bytes. */
  async function exportTo(
    path: string,
    format: 'csv' | 'bibtex' | 'ris' | 'jsonl',
    bytes: number,
  ): Promise<void> {
    const file = await OutputFile.resume({ path, content: format });
    if (file.position === null) await file.save({ epoch: 'memory', seq: 0n, hash: '' });
    const sink = appendSink(file, () => Promise.resolve(store));
    let left = bytes;
    const dying: ExportSink = {
      ...sink,
      write: async (piece) => {
        left -= piece.length;
        if (left < 0) {
          // What a torn write leaves: a part of the piece.
          writeFileSync(path, piece.slice(0, 10), { flag: 'a' });
          throw new Error('killed');
        }
        await sink.write(piece);
      },
    };
    const inner = await openFormat(format, { withSeq: true, allVersions: false });
    const writer = { ...inner, paper: (each: Parameters<typeof inner.paper>[0]) => inner.paper(each) };
    try {
      for (let from = 0; from < 40; from += 7) {
        const upTo = BigInt(Math.min(40, from + 7));
        if ((file.position?.seq ?? 0n) >= upTo) continue;
        await exportAll({
          ...(await run({ sink: at(dying, file) })),
          writer,
          reader: () => Promise.resolve(first(upTo)),
        });
      }
    } finally {
      await file.close();
    }
  }

  /** The sink as it stands now. */
  function at(sink: ExportSink, file: OutputFile): ExportSink {
    return { ...sink, position: file.position, isEmpty: file.isEmpty };
  }

  /** The store as it was after so many changes. */
  function first(lastSeq: bigint): PaperReader {
    return {
      identity: async () => ({ ...(await store.identity()), lastSeq }),
      changes: (after, limit) => store.changes(after, limit),
      export: (query) => store.export(query),
    };
  }

  test('as Parquet appears when it is whole, and not before', async () => {
    await harvest.add([paper({ id: 'a' })]);
    const path = join(folder, 'papers.parquet');
    writeFileSync(path, 'the old one');
    const writer = await openFormat('parquet', { withSeq: true, allVersions: false });
    const sink = await wholeFileSink(path);
    const failing = { ...sink, finish: () => Promise.reject(new Error('killed')) };
    await expect(exportAll({ ...(await run({ sink: failing })), writer })).rejects.toThrow('killed');
    await sink.close();
    expect(readFileSync(path, 'utf8')).toBe('the old one');
    const again = await wholeFileSink(path);
    const fresh = await openFormat('parquet', { withSeq: true, allVersions: false });
    await exportAll({ ...(await run({ sink: again })), writer: fresh });
    expect(readFileSync(path).subarray(-4).toString()).toBe('PAR1');
  });
});

describe('--ids', () => {
  test('takes every form of an id, and counts those that are not in the store', async () => {
    await harvest.add([
      paper({ id: '2301.00001' }),
      paper({ id: '10.1101/2020.01.01.000001' }),
      paper({ id: 'oai:x:1' }),
    ]);
    const file = join(folder, 'ids');
    const asked = [
      'https://arxiv.org/abs/2301.00001v2',
      '# a comment',
      '',
      'doi:10.1101/2020.01.01.000001',
      'oai:x:1',
      '2301.99999',
    ];
    writeFileSync(file, asked.join('\r\n'));
    const { ids, unknown, unknownCount } = await readIds(file, store);
    expect([...ids]).toEqual(expect.arrayContaining(['2301.00001', '10.1101/2020.01.01.000001', 'oai:x:1']));
    expect([unknown, unknownCount]).toEqual([['2301.99999'], 1]);
  });

  test('ends with the error of a file that is not there', async () => {
    await expect(readIds(join(folder, 'none'), store)).rejects.toMatchObject({ code: 'ERR_USAGE' });
  });
});

describe('the options of an export', () => {
  test.each<readonly [ExportOptions, string]>([
    [{ format: 'parquet', follow: true }, 'cannot be followed'],
    [{ format: 'csl-json', follow: true }, 'cannot be followed'],
    [{ format: 'parquet', output: 'x', resume: true }, 'cannot be resumed'],
    [{ format: 'jsonl', resume: true }, '--resume needs --output'],
    [{ format: 'jsonl', sinceSeq: '-1' }, '--since-seq must be'],
  ])('%j are refused: %s', (options, message) => {
    expect(() => planOf(options)).toThrow(message);
  });
});
