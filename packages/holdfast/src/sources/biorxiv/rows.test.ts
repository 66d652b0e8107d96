import { describe, expect, it } from 'vitest';
import { answerOf, linkRow, pageOf, versionRow } from './testing/answers.ts';
import { details, page, paper, pubs, read, source } from './testing/source.ts';

describe('a version row', () => {
  it('becomes a paper', () => {
    const item = paper({});
    expect(item).toMatchObject({
      id: '10.64898/2026.07.31.741992',
      datestamp: '2026-08-01',
      unknown: ['journalRef', 'urls.journal'],
    });
    expect(item.fields).toEqual({
      id: '10.64898/2026.07.31.741992',
      version: '1',
      deleted: false,
      withdrawn: false,
      title: 'A title',
      abstract: 'An abstract.',
      authors: [{ name: 'Loconsole, M.' }, { name: 'Xue, C.' }, { name: 'Garcia-Pelegrin, E.' }],
      categories: ['animal behavior and cognition'],
      doi: '10.64898/2026.07.31.741992',
      journalRef: null,
      comment: null,
      published: '2026-08-01',
      updated: '2026-08-01',
      license: 'cc_by_nc_nd',
      urls: {
        abstract: 'https://www.biorxiv.org/content/10.64898/2026.07.31.741992v1',
        jats: 'https://www.biorxiv.org/content/early/2026/08/01/2026.07.31.741992.source.xml',
        pdf: 'https://www.biorxiv.org/content/10.64898/2026.07.31.741992v1.full.pdf',
      },
    });
  });

  it('of a later version does not know the first posting', () => {
    const item = paper({ version: '2', date: '2026-09-01' });
    expect(item.fields).toMatchObject({ version: '2', published: null, updated: '2026-09-01' });
    expect(item.unknown).toEqual(['journalRef', 'published', 'urls.journal']);
  });

  it('with a journal DOI links the article', () => {
    const item = paper({ published: '10.1000/a<b>#1' });
    expect(item.fields.urls['journal']).toBe('https://doi.org/10.1000/a%3Cb%3E%231');
    expect(item.unknown).toEqual(['journalRef']);
  });

  it.each([
    ['withdrawn', true],
    ['WITHDRAWN', true],
    [' Withdrawn ', true],
    ['new results', false],
    ['NA', false],
    [null, false],
  ])('of type %s: withdrawn is %s', (type, withdrawn) => {
    expect(paper({ type }).fields.withdrawn).toBe(withdrawn);
  });

  it('keeps its text as it is, without NA and without links that are none', () => {
    const { fields } = paper({
      title: '1e5',
      abstract: 'NA',
      license: '',
      jatsxml: 'javascript:alert(1)',
      authors: 'Иванов, И.;  ; 山田, 太郎;',
      category: 'NA',
    });
    expect(fields).toMatchObject({
      title: '1e5',
      abstract: null,
      license: null,
      authors: [{ name: 'Иванов, И.' }, { name: '山田, 太郎' }],
      categories: [],
    });
    expect(fields.urls).not.toHaveProperty('jats');
  });

  it.each([
    ['no DOI', { doi: '' }, 'ERR_ROW_ID', null],
    ['a DOI that is none', { doi: '1101/12' }, 'ERR_ROW_ID', '1101/12'],
    ['a number for a DOI', { doi: 10.1101 }, 'ERR_ROW_FIELD', null],
    ['no version', { version: undefined }, 'ERR_ROW_VERSION', versionRow['doi']],
    ['a number for a version', { version: 1 }, 'ERR_ROW_FIELD', versionRow['doi']],
    ['a list of authors', { authors: ['a'] }, 'ERR_ROW_FIELD', versionRow['doi']],
    ['a date that does not exist', { date: '2026-02-30' }, 'ERR_ROW_DATE', versionRow['doi']],
    ['another server', { server: 'medRxiv' }, 'ERR_ROW_FIELD', versionRow['doi']],
  ])('with %s goes to the quarantine, and the others are kept', (_name, change, code, id) => {
    const row = { ...versionRow, ...change };
    const answer = pageOf([versionRow, row, { ...versionRow, doi: '10.1101/2' }]);
    const { items, bad, count, next } = page(read(details, answer));
    expect(items.map((item) => item.id)).toEqual([versionRow['doi'], '10.1101/2']);
    expect(bad).toEqual([expect.objectContaining({ code, id })]);
    expect(JSON.parse(Buffer.from(bad[0]?.bytes ?? []).toString())).toEqual(JSON.parse(JSON.stringify(row)));
    expect(bad[0]?.reason).toMatch(/^The .*\.$/);
    expect(count).toBe(3);
    expect(next?.url).toContain('/3/json');
  });

  it('that is damaged inside costs only itself, and is placed and given out with its bytes', () => {
    const good = JSON.stringify(versionRow);
    const rows = [
      good,
      good.replace('A title', 'A \\x title'),
      good.replace('A title', 'two\n\tlines'),
      good,
    ];
    const text = `{"messages":[{"status":"ok"}],"collection":[${rows.join(' , ')}]}`;
    const bytes = Buffer.concat([
      Buffer.from(text.slice(0, -2)),
      Buffer.from(','),
      Buffer.from([0x22, 0xff, 0x22]),
      Buffer.from(']}'),
    ]);
    const { items, bad, repairs, count } = page(read(details, answerOf(bytes)));
    expect({ count, repairs, codes: bad.map(({ code }) => code) }).toEqual({
      count: 5,
      repairs: ['control-character'],
      codes: ['ERR_ROW_JSON', 'ERR_ROW_JSON'],
    });
    expect(items.map((item) => item.type === 'paper' && item.fields.title)).toEqual([
      'A title',
      'two lines',
      'A title',
    ]);
    for (const { place } of [...items, ...bad])
      expect(bytes.subarray(place?.offset, (place?.offset ?? 0) + (place?.length ?? 0)).toString()).toMatch(
        /^["{].*["}]$/s,
      );
    expect(Buffer.from(bad[1]?.bytes ?? [])).toEqual(Buffer.from([0x22, 0xff, 0x22]));
  });

  it('that is bad keeps bytes of its own', () => {
    const body = Buffer.from(pageOf([{ ...versionRow, doi: '' }]).body);
    const [bad] = page(read(details, answerOf(body))).bad;
    const before = Buffer.from(bad?.bytes ?? []).toString();
    body.fill(0);
    expect(Buffer.from(bad?.bytes ?? []).toString()).toBe(before);
    expect(bad?.bytes.buffer).not.toBe(body.buffer);
  });

  it('is read again from the quarantine by its own bytes, or with its page', () => {
    const row = Buffer.from(JSON.stringify(versionRow));
    expect(source.redrive(row, 'application/json').map(({ type }) => type)).toEqual(['paper']);
    expect(source.redrive(Buffer.from(JSON.stringify(linkRow)), '').map(({ type }) => type)).toEqual([
      'journal',
    ]);
    expect(source.redrive(pageOf([versionRow, 'bad', versionRow]).body, '')).toHaveLength(2);
    expect(source.redrive(Buffer.from('nonsense'), '')).toEqual([]);
    expect(source.redrive(row.subarray(0, -1), '')).toEqual([]);
  });
});

describe('a row of pubs', () => {
  it('becomes a link to the article', () => {
    expect(page(read(pubs, pageOf([linkRow], { total: '469' })))).toMatchObject({
      items: [
        {
          type: 'journal',
          id: '10.1101/2025.09.17.676679',
          datestamp: '2026-06-01',
          journalRef: 'Molecular Biology of the Cell',
          url: 'https://doi.org/10.1091/mbc.E25-09-0454',
        },
      ],
      bad: [],
      announced: 469,
    });
  });

  it.each([
    [{ published_doi: 'NA' }, 'ERR_ROW_LINK'],
    [{ published_date: '' }, 'ERR_ROW_DATE'],
    [{ preprint_doi: 'x' }, 'ERR_ROW_ID'],
    [{ preprint_platform: 'medRxiv' }, 'ERR_ROW_FIELD'],
  ])('with %j goes to the quarantine', (change, code) => {
    expect(page(read(pubs, pageOf([{ ...linkRow, ...change }])))).toMatchObject({
      items: [],
      bad: [{ code }],
      count: 1,
    });
  });
});
