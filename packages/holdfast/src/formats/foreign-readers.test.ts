import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { chosenSeed } from '../../test/process/seed.ts';
import { examplePaper } from '../cli/testing/example-paper.ts';
import type { StoredPaper } from '../model/paper.ts';
import { citationKey, oneLine } from './citation/citation.ts';
import { splitName } from './citation/names.ts';
import { csvCell } from './csv.ts';
import { duckdb, readBibtex, readRis, strictCsl } from './testing/foreign.ts';
import { hostileFields } from './testing/hostile.ts';
import { written, writtenBytes } from './testing/written.ts';

const FULL = process.env['HOLDFAST_TEST_FULL'] === '1';
const SEED = chosenSeed('formats');
const papers: readonly StoredPaper[] = fc
  .sample(hostileFields, { seed: SEED, numRuns: FULL ? 20_000 : 400 })
  .map((fields, index) => ({ ...examplePaper({ doi: null, urls: {}, ...fields }), seq: BigInt(index + 1) }));
const cited = papers.filter(({ fields }) => !fields.deleted);
const hint = `HOLDFAST_TEST_SEED=${SEED}`;

const folder = mkdtempSync(join(tmpdir(), 'holdfast-formats-'));
afterAll(() => rmSync(folder, { recursive: true }));
const query = await duckdb();

/** What a program gives back, beside what was meant, so that a difference is seen where it is. */
function expectEach(found: readonly unknown[], meant: readonly unknown[]): void {
  expect(found.length, hint).toBe(meant.length);
  for (const [index, value] of meant.entries())
    expect(found[index], `${hint}, number ${index}`).toEqual(value);
}

describe.skipIf(query === null)(
  'DuckDB (its package for this platform is not installed when this is skipped)',
  () => {
    const ask = query ?? (() => Promise.resolve([]));

    test('reads every value of a Parquet file as it was', async () => {
      const file = join(folder, 'papers.parquet');
      writeFileSync(file, await writtenBytes('parquet', papers));
      const rows = await ask(`SELECT * FROM '${file}' ORDER BY seq`);
      expectEach(
        rows,
        papers.map(({ seq, source, datestamp, hash, hashVersion, fields }) => ({
          seq: String(seq),
          source,
          datestamp,
          ...fields,
          authors: fields.authors.map(({ name, orcid = null, affiliation = null }) => ({
            name,
            orcid,
            affiliation,
          })),
          urls: JSON.stringify(fields.urls),
          hash,
          hashVersion,
        })),
      );
    });

    test('takes lists and structs apart, and finds the types that a table should have', async () => {
      const file = join(folder, 'types.parquet');
      writeFileSync(file, await writtenBytes('parquet', [examplePaper()], { withSeq: false }));
      const types = await ask(`DESCRIBE SELECT * FROM '${file}'`);
      expect(types.map((each) => `${String(each['column_name'])} ${String(each['column_type'])}`)).toEqual([
        'source VARCHAR',
        'id VARCHAR',
        'version VARCHAR',
        'datestamp VARCHAR',
        'deleted BOOLEAN',
        'withdrawn BOOLEAN',
        'title VARCHAR',
        'abstract VARCHAR',
        'authors STRUCT("name" VARCHAR, orcid VARCHAR, affiliation VARCHAR)[]',
        'categories VARCHAR[]',
        'doi VARCHAR',
        'journalRef VARCHAR',
        'comment VARCHAR',
        'published VARCHAR',
        'updated VARCHAR',
        'license VARCHAR',
        'urls VARCHAR',
        'hash VARCHAR',
        'hashVersion INTEGER',
      ]);
      const names = await ask(`SELECT unnest(authors).name AS name FROM '${file}'`);
      expect(names).toEqual([{ name: 'Ada Lovelace' }, { name: 'Bo' }]);
    });

    test('reads a Parquet file of several row groups, and one of no papers', async () => {
      const many = Array.from({ length: 5_003 }, (_, index) => ({ ...examplePaper(), seq: BigInt(index) }));
      const [file, empty] = [join(folder, 'many.parquet'), join(folder, 'empty.parquet')];
      writeFileSync(file, await writtenBytes('parquet', many));
      writeFileSync(empty, await writtenBytes('parquet', []));
      const counted = `SELECT count(*)::INT AS n, count(DISTINCT seq)::INT AS d FROM '${file}'`;
      expect(await ask(counted)).toEqual([{ n: 5_003, d: 5_003 }]);
      expect(await ask(`SELECT count(*)::INT AS n FROM '${empty}'`)).toEqual([{ n: 0 }]);
      expect(
        await ask(`SELECT DISTINCT row_group_id::INT AS g FROM parquet_metadata('${file}') ORDER BY g`),
      ).toEqual([{ g: 0 }, { g: 1 }]);
    });

    test('reads every cell of a CSV file as it was written', async () => {
      const file = join(folder, 'papers.csv');
      writeFileSync(file, await writtenBytes('csv', papers));
      const options = `header = true, all_varchar = true, delim = ',', quote = '"', escape = '"', strict_mode = true`;
      const rows = await ask(`SELECT * FROM read_csv('${file}', ${options})`);
      const cell = (text: string | null): string | null =>
        csvCell(text?.toWellFormed() ?? null)
          .replace(/^"(.*)"$/s, '$1')
          .replaceAll('""', '"') || null;
      expectEach(
        rows.map(({ seq, id, title, abstract, comment, deleted }) => ({
          seq,
          id,
          title,
          abstract,
          comment,
          deleted,
        })),
        papers.map(({ seq, fields: { id, title, abstract, comment, deleted } }) => ({
          seq: String(seq),
          id: cell(id),
          title: cell(title),
          abstract: cell(abstract),
          comment: cell(comment),
          deleted: String(deleted),
        })),
      );
    });
  },
);

describe('a reader of BibTeX that we did not write', () => {
  const plain: Readonly<Record<string, string>> = {
    '\\textbackslash{}': '\\',
    '\\textbraceleft{}': '{',
    '\\textbraceright{}': '}',
    '\\textasciitilde{}': '~',
    '\\textasciicircum{}': '^',
    '\\$': '$',
    '\\%': '%',
    '\\&': '&',
    '\\#': '#',
    '\\_': '_',
  };
  const decoded = (value: string | undefined): string | null =>
    value === undefined ? null : value.replace(/\\text\w+\{\}|\\[$%&#_]/g, (found) => plain[found] ?? found);

  test('finds each paper once, and every text as it was', async () => {
    const items = readBibtex(await written('bibtex', papers));
    const read = items.map(({ key, fields }) => {
      const by = new Map(fields.map(({ name, value }) => [name, value]));
      return {
        key,
        title: decoded(by.get('title')),
        abstract: decoded(by.get('abstract')),
        journal: decoded(by.get('journal')),
        authors: by.get('author')?.split(/ and (?=(?:[^{}]|\{[^{}]*\})*$)/).length ?? 0,
      };
    });
    expectEach(
      read,
      cited.map(({ source, fields }) => ({
        key: citationKey(source, fields.id, null),
        title: oneLine(fields.title),
        abstract: oneLine(fields.abstract),
        journal: oneLine(fields.journalRef),
        authors: expect.any(Number) as number,
      })),
    );
  });

  test('finds as many braces opened as closed in every value, and keys that are their own', async () => {
    const items = readBibtex(await written('bibtex', cited));
    const ids = new Set(cited.map(({ fields }) => fields.id));
    expect(new Set(items.map(({ key }) => key)).size, hint).toBe(ids.size);
    for (const { key } of items) expect(key, hint).toMatch(/^[A-Za-z0-9.:/+_-]+$/);
  });
});

describe('a reader of RIS that we did not write', () => {
  test('finds each paper once, and every text as it was', async () => {
    const items = readRis(await written('ris', papers.map(withDoi)));
    expectEach(
      items.map(({ title = null, abstract = null, author = [] }) => ({
        title,
        abstract,
        authors: (author as readonly Record<string, string>[]).map((name) =>
          commas(['literal', 'family', 'given', 'suffix'].flatMap((part) => name[part] ?? []).join(', ')),
        ),
      })),
      cited.map(({ fields }) => ({
        title: oneLine(fields.title),
        abstract: oneLine(fields.abstract),
        authors: fields.authors.flatMap(({ name }) => {
          const split = splitName(oneLine(name) ?? '');
          const text = 'literal' in split ? split.literal : `${split.family}, ${split.given}`;
          return text === '' ? [] : [commas(text)];
        }),
      })),
    );
  });

  test('has CRLF and one line a value', async () => {
    const text = await written('ris', papers);
    expect(text.replaceAll('\r\n', '')).not.toMatch(/[\r\n\u0085\u2028\u2029]/);
    for (const line of text.split('\r\n')) expect(line, hint).toMatch(/^([A-Z][A-Z0-9] {2}- .*)?$/);
  });

  /** That reader takes a name apart at its commas, but leaves one of many commas whole. */
  function commas(name: string): string {
    return name.replace(/\s*,\s*/g, ', ').trim();
  }

  /** Without a DOI that reader may take a reference for one of the older dialect, in which `AB` is a note. */
  function withDoi(paper: StoredPaper): StoredPaper {
    return { ...paper, fields: { ...paper.fields, doi: '10.1000/x' } };
  }
});

describe('CSL-JSON', () => {
  test('is an array of items that a strict reader of CSL takes whole', async () => {
    const items = JSON.parse(await written('csl-json', papers)) as readonly Record<string, unknown>[];
    expectEach(strictCsl(items), items);
    expectEach(
      items.map(({ id, title = null, abstract = null }) => ({ id, title, abstract })),
      cited.map(({ source, fields }) => ({
        id: citationKey(source, fields.id, null),
        title: oneLine(fields.title),
        abstract: oneLine(fields.abstract),
      })),
    );
  });

  test('of no papers is an empty array', async () => {
    expect(JSON.parse(await written('csl-json', []))).toEqual([]);
  });

  const schema = process.env['HOLDFAST_CSL_SCHEMA'];
  test.skipIf(schema === undefined)(
    'is valid by the schema of CSL (HOLDFAST_CSL_SCHEMA names csl-data.json)',
    async () => {
      const validate = new Ajv({ strict: false }).compile(
        JSON.parse(readFileSync(schema ?? '', 'utf8')) as object,
      );
      const items: unknown = JSON.parse(await written('csl-json', papers));
      expect(validate(items), JSON.stringify(validate.errors)).toBe(true);
      expect(validate([{ id: 'x', type: 'no such type' }])).toBe(false);
    },
  );
});
