import { renameSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { parquetWriteBuffer } from 'hyparquet-writer';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDataset } from './open-dataset.ts';
import type { DatasetEntry } from './port.ts';
import { batchesOf, contentOf, entriesOf, put, temporaryFolder } from './testing/read-all.ts';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
beforeAll(async () => {
  folder = await temporaryFolder();
});
afterAll(() => folder[Symbol.asyncDispose]());

const arxivId = fc
  .tuple(fc.integer({ min: 1501, max: 1512 }), fc.integer({ min: 1, max: 99_999 }))
  .map(([month, number]) => `${month}.${String(number).padStart(5, '0')}`);
const field = fc.string({ unit: fc.constantFrom(...'ab "\',;\t|\n\ré€0.'.split('')), maxLength: 12 });

async function contents(content: string | Uint8Array): Promise<readonly unknown[]> {
  return (await entriesOf(await openDataset(await put(folder, 'data', content)))).map(contentOf);
}

describe('a table in text', () => {
  const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;

  it('is read with any delimiter, with line ends and quotation marks in its fields, and its ids keep their form', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(arxivId, field, field), { minLength: 1, maxLength: 20 }),
        fc.constantFrom(',', '\t', ';', '|'),
        fc.constantFrom('\n', '\r\n'),
        fc.boolean(),
        async (rows, delimiter, end, packed) => {
          const lines = [['arxiv_id', 'title', 'abstract'], ...rows].map((row) =>
            row.map(quoted).join(delimiter),
          );
          const text = lines.join(end) + end;
          expect(await contents(packed ? gzipSync(text) : text)).toEqual(
            rows.map(([id, title, abstract]) => ({ arxiv_id: id, title, abstract })),
          );
        },
      ),
      { numRuns: 100 },
    );
  });

  it('may have no header, and one column', async () => {
    expect(await contents('2301.00001,x\n2301.00002,y\n')).toEqual([
      { 1: '2301.00001', 2: 'x' },
      { 1: '2301.00002', 2: 'y' },
    ]);
    expect(await contents('id\n2301.00001\n2301.00002\n2301.00003\n2301.00004\nnone\n')).toContainEqual({
      id: 'none',
    });
    expect(await contents('2301.00001\nhep-th/9901001\n# a comment\n')).toEqual([
      '2301.00001',
      'hep-th/9901001',
    ]);
    expect(await contents('https://doi.org/10.1101/2020.01.01.123456\r\n\r\n10.1101/123456')).toEqual([
      'https://doi.org/10.1101/2020.01.01.123456',
      '10.1101/123456',
    ]);
  });

  it('is gone on with after any batch, header and quoted line ends and all', async () => {
    const rows = Array.from(
      { length: 9000 },
      (_, index) => `2301.${String(index + 1).padStart(5, '0')},"a\nb ${'x'.repeat(index % 100)}"\n`,
    );
    const path = await put(folder, 'table', `id,text\n${rows.join('')}`);
    const batches = await batchesOf(await openDataset(path));
    expect(batches.length).toBeGreaterThan(2);
    const all = batches.flatMap(({ entries }) => entries);
    expect(all.length).toBe(rows.length);
    for (const [index, { position }] of batches.entries()) {
      const rest = await entriesOf(await openDataset(path), position);
      expect(rest).toEqual(batches.slice(index + 1).flatMap(({ entries }) => entries));
    }
  });

  it('loses only the rows that are damaged', async () => {
    const latin = Buffer.from('2301.00002,caf\xe9\n', 'latin1');
    const rows = await contents(
      Buffer.concat([Buffer.from('id,t\n2301.00001,a\n'), latin, Buffer.from('2301.00003,c\n')]),
    );
    expect(rows).toEqual([
      { id: '2301.00001', t: 'a' },
      'ERR_DATASET_ENCODING',
      { id: '2301.00003', t: 'c' },
    ]);
  });

  it.each(['\n', '\r\n'])(
    'keeps rows of several lines whole beside a row that is not UTF-8, with line ends %j',
    async (end) => {
      const idOf = (n: number): string => `2301.${String(n).padStart(5, '0')}`;
      const good = Array.from({ length: 300 }, (_, n) => ({ id: idOf(n), t: `a "${n}",\nb`, u: 'x' }));
      const lines = good.map(({ id, t, u }) => [id, t, u].map(quoted).join(',') + end);
      lines.splice(150, 0, `2302.00001,"Caf\xe9,\n\n2302.00002,y,z","x"${end}`);
      const rows: unknown[] = [...good];
      rows.splice(150, 0, 'ERR_DATASET_ENCODING');
      expect(await contents(Buffer.from(`id,t,u${end}${lines.join('')}`, 'latin1'))).toEqual(rows);
    },
  );

  it.each([
    ['to the end', ['2301.00003,c,z', '2301.00004,"d",z']],
    ['up to the next quotation mark', ['2301.00003,c,z', '2301.00004,"d\nd",z']],
    ['over the next one', ['2301.00003,c,z', '2301.00004,"",z', '2301.00005,"d","z"']],
    ['over rows with marks inside of fields', ['2301.00003,5" c,z', '2301.00004,the "d" e,"z\nz"']],
  ])('loses one row to a quotation mark that is open %s', async (_name, after) => {
    const before = ['id,t,u', '2301.00001,"a\na",z'];
    const damaged = ['2301.00002,"b', 'and, more', '', 'of b'];
    const expected = await contents([...before, ...after, ''].join('\n'));
    expect(expected.length).toBe(after.length + 1);
    const bytes = Buffer.from(
      [...before, ...damaged, ...after, '2302.00001,caf\xe9,z\n'].join('\n'),
      'latin1',
    );
    expect(await contents(bytes)).toEqual([
      expected[0],
      'ERR_DATASET_CSV',
      ...expected.slice(1),
      'ERR_DATASET_ENCODING',
    ]);
  });
});

describe('a database of SQLite', () => {
  function database(name: string, fill: (db: DatabaseSync) => void): string {
    const path = join(folder.path, name);
    const db = new DatabaseSync(path);
    fill(db);
    db.close();
    return path;
  }

  it('gives the rows of the table with identifiers, also after any batch', async () => {
    const path = database('papers.bin', (db) => {
      db.exec('CREATE TABLE meta (k TEXT, v TEXT); CREATE TABLE "pa""pers" (t TEXT, key TEXT, big INTEGER)');
      db.exec("INSERT INTO meta VALUES ('a', 'b'); BEGIN");
      const insert = db.prepare('INSERT INTO "pa""pers" VALUES (?, ?, ?)');
      for (let n = 1; n <= 4500; n += 1)
        insert.run('x', `2301.${String(n).padStart(5, '0')}`, 9_007_199_254_740_993n);
      db.exec('COMMIT');
    });
    const batches = await batchesOf(await openDataset(path));
    expect(batches.map(({ entries }) => entries.length)).toEqual([2000, 2000, 500]);
    expect(batches[0]?.entries.slice(0, 1).map(contentOf)).toEqual([
      { t: 'x', key: '2301.00001', big: '9007199254740993' },
    ]);
    const rest = await entriesOf(await openDataset(path), batches[1]?.position);
    expect(rest).toEqual(batches[2]?.entries);
  });

  it('that was replaced by another one of the same size is noticed', async () => {
    const fill = (title: string) => (db: DatabaseSync) => {
      db.exec('CREATE TABLE papers (id TEXT, title TEXT); BEGIN');
      const insert = db.prepare('INSERT INTO papers VALUES (?, ?)');
      for (let n = 1; n <= 3000; n += 1) insert.run(`2301.${String(n).padStart(5, '0')}`, title.repeat(20));
      db.exec('COMMIT');
    };
    const path = database('replaced.db', fill('a'));
    const [first] = await batchesOf(await openDataset(path));
    renameSync(database('other.db', fill('b')), path);
    await expect(entriesOf(await openDataset(path), first?.position)).rejects.toMatchObject({
      code: 'ERR_DATASET_CHANGED',
    });
  });

  it.each([
    ['below one', 'CREATE TABLE p (n INTEGER PRIMARY KEY, id TEXT)', (n: number) => BigInt(n) - 2000n],
    [
      'that no float holds',
      'CREATE TABLE p (n INTEGER PRIMARY KEY, id TEXT)',
      (n: number) => 9_007_199_254_740_992n + BigInt(n),
    ],
    ['in a column of that name alone', 'CREATE TABLE p (rowid INTEGER, id TEXT)', () => 7n],
    ['of none at all', 'CREATE TABLE p (n INTEGER, id TEXT PRIMARY KEY) WITHOUT ROWID', (n: number) => n],
  ])('gives every row once, with row numbers %s', async (name, sql, numberOf) => {
    const id = (n: number): string => `2301.${String(n).padStart(5, '0')}`;
    const path = database(`${name}.db`, (db) => {
      db.exec(`${sql}; BEGIN`);
      const insert = db.prepare('INSERT INTO p VALUES (?, ?)');
      insert.setReadBigInts(true);
      for (let n = 1; n <= 4100; n += 1) insert.run(numberOf(n), id(n));
      db.exec('COMMIT');
    });
    const batches = await batchesOf(await openDataset(path));
    const idsOf = (entries: readonly DatasetEntry[]): unknown[] =>
      entries.map((entry) => (contentOf(entry) as { id: string }).id);
    const expected = Array.from({ length: 4100 }, (_, index) => id(index + 1));
    expect(idsOf(batches.flatMap(({ entries }) => entries))).toEqual(expected);
    const rest = await entriesOf(await openDataset(path), batches[0]?.position);
    expect(idsOf(rest)).toEqual(expected.slice(2000));
  });

  it('without identifiers is refused with what was looked for, a damaged one too', async () => {
    const path = database('other.bin', (db) => db.exec("CREATE TABLE t (a); INSERT INTO t VALUES ('x')"));
    const read = async (file: string) => entriesOf(await openDataset(file));
    await expect(read(path)).rejects.toMatchObject({ code: 'ERR_DATASET_UNKNOWN' });
    const cut = await put(
      folder,
      'cut.bin',
      Buffer.concat([Buffer.from('SQLite format 3\0'), Buffer.alloc(50, 7)]),
    );
    await expect(read(cut)).rejects.toMatchObject({ code: 'ERR_DATASET_UNREADABLE' });
  });
});

describe('a Parquet file', () => {
  const columns = (rows: number) => {
    const ids = Array.from({ length: rows }, (_, n) => `2301.${String(n + 1).padStart(5, '0')}`);
    return {
      ids,
      columnData: [
        { name: 'id', data: ids },
        { name: 'n', data: ids.map((_, n) => n) },
      ],
    };
  };

  it('is read row group by row group, also after any batch', async () => {
    const { ids, columnData } = columns(7000);
    const path = await put(
      folder,
      'parquet',
      new Uint8Array(parquetWriteBuffer({ columnData, rowGroupSize: 3000 })),
    );
    const batches = await batchesOf(await openDataset(path));
    expect(batches.map(({ entries }) => entries.length)).toEqual([2000, 1000, 2000, 1000, 1000]);
    const values = batches.flatMap(({ entries }) => entries.map(contentOf)) as { id: string; n: number }[];
    expect(values.map(({ id }) => id)).toEqual(ids);
    expect(values[6999]).toEqual({ id: '2301.07000', n: 6999 });
    const rest = await entriesOf(await openDataset(path), batches[2]?.position);
    expect(rest).toEqual(batches.slice(3).flatMap(({ entries }) => entries));
  });

  it('that is cut or damaged says so', async () => {
    const whole = new Uint8Array(
      parquetWriteBuffer({ columnData: columns(3000).columnData, rowGroupSize: 1000 }),
    );
    await expect(contents(whole.subarray(0, whole.length / 2))).rejects.toMatchObject({
      code: 'ERR_DATASET_UNREADABLE',
    });
    const damaged = new Uint8Array(whole);
    damaged.fill(0xff, 4, 60);
    expect(await contents(damaged)).toContain('ERR_DATASET_DAMAGED');
  });
});

describe('what is no data set', () => {
  it.each([
    ['nothing', '', 'ERR_DATASET_EMPTY'],
    ['white space', ' \n\n', 'ERR_DATASET_UNKNOWN'],
    ['prose', 'It was a dark night.\nAnd it rained.\n', 'ERR_DATASET_UNKNOWN'],
    ['HTML', '<!doctype html><html><p>Sorry</html>', 'ERR_DATASET_UNKNOWN'],
    ['a ZIP', 'PK\x03\x04xxxx', 'ERR_DATASET_UNKNOWN'],
    ['bytes', '\x00\x01\x02\x03', 'ERR_DATASET_UNKNOWN'],
    ['UTF-16', Buffer.from('\ufeffid', 'utf16le'), 'ERR_DATASET_UNKNOWN'],
    ['a gzip of nothing', gzipSync(''), 'ERR_DATASET_UNKNOWN'],
    ['a gzip that is cut at once', gzipSync('{"id":"1"}').subarray(0, 12), 'ERR_DATASET_UNKNOWN'],
  ])('%s is refused by a code and a hint', async (_name, content, code) => {
    const path = await put(folder, 'unknown', content);
    await expect(openDataset(path)).rejects.toMatchObject({
      code,
      hint: expect.stringMatching(/./) as string,
    });
  });

  it('is a path where nothing is', async () => {
    await expect(openDataset(join(folder.path, 'nowhere'))).rejects.toMatchObject({
      code: 'ERR_DATASET_UNREADABLE',
    });
  });

  it('stands beside the data in a folder, and is told', async () => {
    await using own = await temporaryFolder();
    await put(own, 'a.jsonl', '{"id":"1","pad":"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"}\n');
    await put(own, 'b.jsonl.gz', gzipSync('{"id":"2"}\n'));
    await put(own, 'c.csv', 'id,t\n2301.00001,a\n');
    await put(own, 'empty', '');
    await put(own, 'README', 'It was a dark night.\n');
    await put(own, '.hidden', '{"id":"3"}\n');
    const dataset = await openDataset(own.path);
    expect([dataset.form, dataset.files]).toEqual(['jsonl', 5]);
    const found = (await entriesOf(dataset)).map(
      (entry) => `${entry.where} ${entry.content.type === 'bad' ? entry.content.code : 'ok'}`,
    );
    expect(found).toEqual([
      'README ERR_DATASET_OTHER',
      'a.jsonl:1 ok',
      'b.jsonl.gz:1 ok',
      'c.csv ERR_DATASET_OTHER',
      'empty ERR_DATASET_EMPTY',
    ]);
  });

  it('never makes it crash or hang, whatever bytes there are', async () => {
    const heads = [
      '',
      '{',
      '[',
      '{"id":"1"}\n',
      '<record>',
      '<OAI-PMH>',
      'SQLite format 3\0',
      'PAR1',
      '\x1f\x8b\x08',
      'id,x\n',
      '"',
      '\ufeff',
    ];
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...heads), fc.uint8Array({ maxLength: 300 }), async (head, rest) => {
        const path = await put(folder, 'any', Buffer.concat([Buffer.from(head), rest]));
        try {
          await entriesOf(await openDataset(path));
        } catch (error) {
          expect(error).toMatchObject({ code: expect.stringMatching(/^ERR_DATASET_/) as string });
        }
      }),
      { numRuns: 300 },
    );
  });
});
