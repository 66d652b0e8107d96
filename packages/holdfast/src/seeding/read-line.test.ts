import { expect, test } from 'vitest';
import { exportLine } from '../formats/jsonl.ts';
import { examplePaper } from '../cli/testing/example-paper.ts';
import { readLine } from './read-line.ts';

const TODAY = '2026-01-01';

const SNAPSHOT = {
  id: '0704.0001',
  submitter: 'Pavel Nadolsky',
  authors: "C. Bal\\'azs, E. L. Berger",
  title: 'Calculation of prompt\n  diphoton production',
  comments: '37 pages, 15 figures',
  'journal-ref': 'Phys.Rev.D76:013009,2007',
  doi: '10.1103/PhysRevD.76.013009',
  'report-no': 'ANL-HEP-PR-07-12',
  categories: 'hep-ph hep-ex',
  license: null,
  abstract: '  A fully differential calculation\nin QCD.\n',
  versions: [
    { version: 'v1', created: 'Mon, 2 Apr 2007 19:18:42 GMT' },
    { version: 'v10', created: 'Tue, 24 Jul 2007 20:10:27 GMT' },
    { version: 'v2', created: 'Wed, 4 Apr 2007 20:10:27 GMT' },
  ],
  update_date: '2008-11-26',
  authors_parsed: [
    ['Balázs', 'C.', ''],
    ['Berger', 'E. L.', 'Jr.', 'Argonne', 'Chicago'],
  ],
};

test('a line of arXiv’s snapshot is its latest version, under the day of its update', () => {
  expect(readLine(SNAPSHOT, TODAY)).toMatchObject({
    type: 'paper',
    home: { kind: 'arxiv' },
    repaired: false,
    item: {
      id: '0704.0001',
      datestamp: '2008-11-26',
      imported: true,
      unknown: ['withdrawn'],
      fields: {
        version: '10',
        title: 'Calculation of prompt diphoton production',
        abstract: 'A fully differential calculation in QCD.',
        authors: [{ name: 'C. Balázs' }, { name: 'E. L. Berger Jr.', affiliation: 'Argonne; Chicago' }],
        categories: ['hep-ph', 'hep-ex'],
        doi: '10.1103/PhysRevD.76.013009',
        journalRef: 'Phys.Rev.D76:013009,2007',
        comment: '37 pages, 15 figures',
        published: '2007-04-02',
        updated: '2007-07-24',
        license: null,
      },
    },
  });
});

test('an id of a snapshot that went through a number is repaired when the dates agree', () => {
  expect(readLine({ ...SNAPSHOT, id: 704.0001 }, TODAY)).toMatchObject({
    repaired: true,
    item: { id: '0704.0001' },
  });
  expect(readLine({ ...SNAPSHOT, id: '0704.0001000000001' }, TODAY)).toMatchObject({ repaired: true });
  expect(readLine({ ...SNAPSHOT, id: '1501.1' }, TODAY)).toMatchObject({
    type: 'refused',
    code: 'ERR_IMPORT_ID',
  });
});

test.each([
  [{ title: ' ' }, 'ERR_IMPORT_NO_TITLE'],
  [{ update_date: null, versions: [] }, 'ERR_IMPORT_DATE'],
  [{ update_date: '2099-01-01' }, 'ERR_IMPORT_DATE'],
  [{ id: 'nonsense' }, 'ERR_IMPORT_ID'],
])('a line with %o is refused by %s', (change, code) => {
  expect(readLine({ ...SNAPSHOT, ...change }, TODAY)).toMatchObject({ type: 'refused', code });
});

test('a line of our own export comes back as it was, and only with its own hash', () => {
  const paper = examplePaper();
  const line = JSON.parse(exportLine(paper, true)) as Record<string, unknown>;
  expect(readLine(line, TODAY)).toMatchObject({
    type: 'paper',
    home: { kind: 'arxiv', source: 'arxiv' },
    item: { id: paper.fields.id, datestamp: paper.datestamp, fields: paper.fields },
  });
  const changed = { ...line, title: 'Another one' };
  expect(readLine(changed, TODAY)).toMatchObject({
    type: 'refused',
    code: 'ERR_IMPORT_HASH',
    id: paper.fields.id,
  });
  expect(readLine({ ...line, hashVersion: 2 }, TODAY)).toMatchObject({ code: 'ERR_IMPORT_HASH_VERSION' });
  expect(readLine({ ...line, authors: 'x' }, TODAY)).toMatchObject({ code: 'ERR_IMPORT_SHAPE' });
});

test('a tombstone of our own export stays one', () => {
  const line = JSON.parse(exportLine(examplePaper({ deleted: true }), true)) as Record<string, unknown>;
  expect(readLine(line, TODAY)).toMatchObject({ item: { fields: { deleted: true } } });
});

test('a line of the engine that was here before is read in any order of its keys', () => {
  const line = {
    extra: { kept: true },
    source: 'arXiv',
    published: '2023-01-02T18:59:59Z',
    authors: 'Ada Lovelace, Bo and Cy',
    link: 'http://arxiv.org/abs/2301.00001v2',
    abstract: 'Text.',
    title: 'A title',
  };
  const read = readLine(line, TODAY);
  expect(read).toMatchObject({
    type: 'paper',
    home: { kind: 'arxiv' },
    item: {
      id: '2301.00001',
      datestamp: '2023-01-02',
      fields: {
        version: '2',
        published: '2023-01-02',
        authors: [{ name: 'Ada Lovelace' }, { name: 'Bo' }, { name: 'Cy' }],
      },
    },
  });
  const turned = Object.fromEntries(Object.entries(line).toReversed());
  expect(readLine({ ...turned, authors: ['Ada Lovelace', { name: 'Bo' }, 'Cy'] }, TODAY)).toEqual(read);
});

test.each([
  [
    'https://www.biorxiv.org/content/10.1101/2020.01.30.927871v2.full',
    'biorxiv',
    '10.1101/2020.01.30.927871',
    '2',
  ],
  ['https://doi.org/10.1101/2020.03.09.20033217', 'medrxiv', '10.1101/2020.03.09.20033217', null],
  [
    'https://www.medrxiv.org/content/10.64898/2026.01.01.123456v1',
    'medrxiv',
    '10.64898/2026.01.01.123456',
    '1',
  ],
  ['https://arxiv.org/pdf/hep-th/0408048v1', 'arxiv', 'hep-th/0408048', '1'],
])('the link %s names a paper of %s', (link, kind, id, version) => {
  const line = { title: 'T', abstract: null, authors: [], link, published: '2020-02-02', source: '' };
  expect(readLine(line, TODAY)).toMatchObject({ home: { kind }, item: { id, fields: { version } } });
});

test('a line that names no paper is refused', () => {
  const line = { title: 'T', link: 'https://example.org/x', published: '2020-02-02' };
  expect(readLine(line, TODAY)).toMatchObject({ type: 'refused', code: 'ERR_IMPORT_ID' });
  expect(readLine({}, TODAY)).toMatchObject({ type: 'refused' });
});
