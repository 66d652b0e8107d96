import { gzipSync, zstdCompressSync } from 'node:zlib';
import { appendFile } from 'node:fs/promises';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Place } from '../model/paper.ts';
import type { DatasetEntry } from './port.ts';
import { openDataset } from './open-dataset.ts';
import { batchesOf, contentOf, entriesOf, put, temporaryFolder } from './testing/read-all.ts';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
beforeAll(async () => {
  folder = await temporaryFolder();
});
afterAll(() => folder[Symbol.asyncDispose]());

const text = fc.string({ unit: 'binary', maxLength: 40 });
const record = fc.dictionary(
  fc.string({ minLength: 1, maxLength: 8 }),
  fc.oneof(text, fc.array(text, { maxLength: 3 }), fc.boolean()),
  {
    noNullPrototype: true,
  },
);
const packings = {
  plain: (content: string) => content,
  gzip: (content: string) => gzipSync(content),
  zstd: (content: string) => zstdCompressSync(content),
};

async function contents(content: string | Uint8Array, name = 'data'): Promise<readonly unknown[]> {
  return (await entriesOf(await openDataset(await put(folder, name, content)))).map(contentOf);
}

/** The entries of a data set whose lines were left unread, each with its bytes. */
async function unreadEntries(path: string, after: string | null = null) {
  const { signal } = new AbortController();
  const batches = (await openDataset(path)).batches({ after, signal, unread: true });
  const found: { entry: DatasetEntry; line: string; position: string }[] = [];
  for await (const { entries, raw, lines, position } of batches) {
    const read = lines ? lines.ends.map((_, index) => lines.entry(index)) : entries;
    if (lines) expect(lines.ends.at(-1)).toBe(raw?.length);
    for (const entry of read) if (entry) found.push({ entry, line: textAt(raw, entry.place), position });
  }
  return found;
}

function textAt(raw: Uint8Array | undefined, place: Place | undefined): string {
  if (raw === undefined || place === undefined) return '';
  const text = Buffer.from(raw.subarray(place.offset, place.offset + place.length)).toString('utf8');
  return text.replace(/^\ufeff/, '');
}

describe('JSON in files', () => {
  it('is the same when its lines are left unread until somebody wants them', async () => {
    const lines = fc.array(
      fc.oneof(
        record.map((each) => JSON.stringify(each)),
        fc.constantFrom('', '  ', '{"cut":', '"2301.00001"', '\ufeff{}', '{}\r'),
      ),
      { minLength: 1, maxLength: 30 },
    );
    const breaks = fc.constantFrom<string | Buffer>('', '\n', Buffer.from([0xff, 0x0a]), Buffer.from([0xff]));
    const known = '{"title":"a"}\n'.repeat(6);
    const starts = fc.constantFrom(known, `\ufeff${known}`);
    await fc.assert(
      fc.asyncProperty(lines, starts, breaks, async (list, start, end) => {
        const content = Buffer.concat([Buffer.from(start + list.join('\n')), Buffer.from(end)]);
        const path = await put(folder, 'unread.jsonl', content);
        const dataset = await openDataset(path);
        expect(dataset.form).toBe('jsonl');
        const batches = await batchesOf(dataset);
        const read = batches.flatMap(({ entries, raw }) =>
          entries.map((entry) => [entry.where, contentOf(entry), textAt(raw, entry.place)]),
        );
        const unread = await unreadEntries(path);
        expect(unread.map(({ entry, line }) => [entry.where, contentOf(entry), line])).toEqual(read);
        for (const position of new Set(unread.map((each) => each.position))) {
          const rest = unread.slice(unread.findLastIndex((each) => each.position === position) + 1);
          const again = await unreadEntries(path, position);
          expect(again.map(({ entry }) => entry.where)).toEqual(rest.map(({ entry }) => entry.where));
        }
      }),
      { numRuns: 40 },
    );
  });
  it('is read as it was written, whatever separates the records and however the file is packed', async () => {
    const writings = {
      lines: (records: readonly unknown[]) => records.map((each) => `${JSON.stringify(each)}\n`).join(''),
      crlf: (records: readonly unknown[]) => records.map((each) => JSON.stringify(each)).join('\r\n'),
      mark: (records: readonly unknown[]) =>
        `\ufeff${records.map((each) => JSON.stringify(each)).join('\n')}`,
      blank: (records: readonly unknown[]) =>
        records.map((each) => `\n${JSON.stringify(each)}\n \n`).join(''),
      array: (records: readonly unknown[]) => JSON.stringify(records),
      pretty: (records: readonly unknown[]) => JSON.stringify(records, null, 2),
      apart: (records: readonly unknown[]) => records.map((each) => JSON.stringify(each, null, 1)).join('\n'),
    };
    await fc.assert(
      fc.asyncProperty(
        fc.array(record, { minLength: 1, maxLength: 20 }),
        fc.constantFrom(...Object.values(writings)),
        fc.constantFrom(...Object.values(packings)),
        async (records, write, pack) => {
          const path = await put(folder, 'any', pack(write(records)));
          const batches = await batchesOf(await openDataset(path));
          expect(batches.flatMap(({ entries }) => entries).map(contentOf)).toEqual(records);
          // The bytes of each entry are where it says.
          const texts = batches.flatMap(({ entries, raw }) => entries.map(({ place }) => textAt(raw, place)));
          expect(texts.map((each) => JSON.parse(each) as unknown)).toEqual(records);
        },
      ),
      { numRuns: 150 },
    );
  });

  it('keeps numbers as they were written', async () => {
    const number = fc
      .tuple(fc.integer({ min: 0, max: 9999 }), fc.stringMatching(/^\d{1,20}$/))
      .map(([a, b]) => `${a}.${b}`);
    await fc.assert(
      fc.asyncProperty(fc.array(number, { minLength: 1, maxLength: 30 }), async (numbers) => {
        const lines = numbers
          .map((each, index) => `{"id":${each},"n":${index},"in":[${each}, 1e5]}`)
          .join('\n');
        const values = await contents(lines);
        expect(values.map((value) => String((value as { id: unknown }).id))).toEqual(numbers);
        expect(values.map((value) => String((value as { in: unknown[] }).in[0]))).toEqual(numbers);
        expect(values.map((value) => (value as { n: unknown }).n)).toEqual(numbers.map((_, index) => index));
      }),
      { numRuns: 50 },
    );
  });

  it('goes on after any batch exactly, also when more was appended since', async () => {
    const lines = Array.from(
      { length: 9000 },
      (_, index) => `{"id":"${index}","pad":"${'x'.repeat(index % 90)}é"}\n`,
    );
    for (const [name, pack] of Object.entries(packings)) {
      const path = await put(folder, `resume-${name}`, pack(lines.join('')));
      const batches = await batchesOf(await openDataset(path));
      expect(batches.length).toBeGreaterThan(2);
      const all = batches.flatMap(({ entries }) => entries);
      expect(all.length).toBe(lines.length);
      for (const [index, { position }] of batches.entries()) {
        const rest = await entriesOf(await openDataset(path), position);
        expect(rest).toEqual(batches.slice(index + 1).flatMap(({ entries }) => entries));
      }
      expect(batches.at(-1)?.bytesRead).toBe((await openDataset(path)).bytes);
    }
    const path = await put(folder, 'growing', lines.join(''));
    const last = (await batchesOf(await openDataset(path))).at(-1)?.position ?? '';
    await appendFile(path, '{"id":"new"}\n');
    expect((await entriesOf(await openDataset(path), last)).map(contentOf)).toEqual([{ id: 'new' }]);
  });

  it('notices that what was read already is another file now', async () => {
    const path = await put(folder, 'replaced', '{"id":"1"}\n{"id":"2"}\n');
    const last = (await batchesOf(await openDataset(path))).at(-1)?.position ?? '';
    for (const content of ['{"id":"1"}\n{"id":"3"}\n{"id":"4"}\n', '{"id":"1"}\n']) {
      await put(folder, 'replaced', content);
      await expect(entriesOf(await openDataset(path), last)).rejects.toMatchObject({
        code: 'ERR_DATASET_CHANGED',
      });
    }
    await expect(entriesOf(await openDataset(path), 'nonsense')).rejects.toMatchObject({
      code: 'ERR_DATASET_CHANGED',
    });
  });

  it('gives a bad entry for a line that is no object, with its bytes, and reads the others', async () => {
    const path = await put(
      folder,
      'bad',
      Buffer.concat([
        Buffer.from('{"id":"1"}\n{"id":\nnull\n'),
        Buffer.from([0x7b, 0xff, 0x7d, 10]),
        Buffer.from('{"id":"2"}\n{"id":"3'),
      ]),
    );
    const entries = await entriesOf(await openDataset(path));
    expect(entries.map(contentOf)).toEqual([
      { id: '1' },
      'ERR_DATASET_JSON',
      'ERR_DATASET_JSON',
      'ERR_DATASET_ENCODING',
      { id: '2' },
      'ERR_DATASET_JSON',
    ]);
    expect(entries.map(({ where }) => where)).toEqual([1, 2, 3, 4, 5, 6].map((line) => `bad:${line}`));
    const [, second] = entries;
    expect(second?.content.type === 'bad' && Buffer.from(second.content.bytes).toString()).toBe('{"id":');
  });

  it('says where a compressed file is cut, and gives what came before', async () => {
    const lines = Array.from(
      { length: 20_000 },
      (_, index) => `{"id":"${index}","r":"${(index * 7919) % 104_729}"}\n`,
    ).join('');
    for (const packed of [gzipSync(lines), zstdCompressSync(lines)]) {
      const values = await contents(packed.subarray(0, packed.length * 0.6));
      expect(values.at(-1)).toBe('ERR_DATASET_CUT');
      expect(values.length).toBeGreaterThan(5000);
      expect(values.slice(0, -1)).toEqual(
        values.slice(0, -1).map((_, index) => ({ id: String(index), r: String((index * 7919) % 104_729) })),
      );
    }
  });

  it('passes over a line that is longer than any record', async () => {
    const long = `{"id":"${'x'.repeat(40 << 20)}"}`;
    expect(await contents(`{"id":"1"}\n${long}\n{"id":"2"}\n`)).toEqual([
      { id: '1' },
      'ERR_DATASET_TOO_LONG',
      { id: '2' },
    ]);
  });
});
