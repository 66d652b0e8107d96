import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PaperItem } from '../../model/item.ts';
import type { PageRequest, Reading } from '../port.ts';
import { biorxivSource } from './biorxiv-source.ts';
import { answerOf, linkRow, pageOf, versionRow } from './testing/answers.ts';

const source = biorxivSource({ id: 'bio', kind: 'biorxiv' });
const med = biorxivSource({ id: 'med', kind: 'medrxiv' });
const range = { from: '2026-08-01', to: '2026-08-08' };
const today = '2026-09-20';
const details = source.first('details', range, 1, today);
const pubs = source.first('pubs', range, 1, today);
const doi = source.record('10.1101/2025.09.17.676679') ?? details;

function read(request: PageRequest, answer: ReturnType<typeof answerOf>, answeredBefore = false): Reading {
  return source.read(request, answer, { answeredBefore });
}

function page(reading: Reading): Extract<Reading, { type: 'page' }> {
  expect(reading.type).toBe('page');
  return reading as Extract<Reading, { type: 'page' }>;
}

function paper(row: Readonly<Record<string, unknown>>): PaperItem {
  const [item] = page(read(details, pageOf([{ ...versionRow, ...row }]))).items;
  expect(item?.type).toBe('paper');
  return item as PaperItem;
}

describe('requests', () => {
  const path = (request: PageRequest): string => request.url.replace('https://api.biorxiv.org', '');

  it('name the server and an interval whose end is included', () => {
    expect(path(details)).toBe('/details/biorxiv/2026-08-01/2026-08-07/0/json');
    expect(path(pubs)).toBe('/pubs/biorxiv/2026-08-01/2026-08-07/0/json');
    expect(path(med.first('details', { from: '2026-08-01', to: '2026-08-02' }, 1, today))).toBe('/details/medrxiv/2026-08-01/2026-08-01/0/json');
    expect(path(doi)).toBe('/details/biorxiv/10.1101/2025.09.17.676679/na/json');
    expect(path(source.record('10.1101/a b/?#%') ?? details)).toBe('/details/biorxiv/10.1101/a%20b/%3F%23%25/na/json');
  });

  it('for the tail end tomorrow, so that a stale today hides nothing', () => {
    expect(path(source.first('details', { from: '2026-09-19', to: null }, 1, today))).toBe('/details/biorxiv/2026-09-19/2026-09-21/0/json');
    expect(path(source.first('details', { from: '2026-10-19', to: null }, 1, today))).toBe('/details/biorxiv/2026-10-19/2026-10-19/0/json');
  });

  it('of later looks have other URLs than the first at every offset, alternate, and cover the range', () => {
    const [second, third, fourth] = [2, 3, 4].map((look) => path(source.first('details', range, look, today)));
    expect(second).toBe('/details/biorxiv/2026-07-31/2026-08-07/0/json');
    expect(third).toBe('/details/biorxiv/2026-07-30/2026-08-07/0/json');
    expect(fourth).toBe(second);
  });

  it('that confirm an empty range cover it and known days around it', () => {
    expect(path(source.confirmEmpty('details', { from: '2026-08-01', to: '2026-08-02' }, today))).toBe('/details/biorxiv/2026-08-01/2026-09-01/0/json');
    expect(path(source.confirmEmpty('details', { from: '2026-09-10', to: '2026-09-17' }, today))).toBe('/details/biorxiv/2026-09-10/2026-09-20/0/json');
    expect(path(source.confirmEmpty('details', { from: '2026-09-19', to: null }, today))).toBe('/details/biorxiv/2026-09-12/2026-09-21/0/json');
    expect(path(source.confirmEmpty('pubs', { from: '2026-01-01', to: '2026-01-02' }, today))).toBe('/pubs/biorxiv/2026-01-01/2026-05-02/0/json');
    fc.assert(fc.property(fc.integer({ min: 0, max: 400 }), fc.integer({ min: 1, max: 30 }), fc.constantFrom('details', 'pubs'), (ago, days, stream) => {
      const day = (offset: number): string => new Date(Date.parse('2026-09-20') + offset * 86_400_000).toISOString().slice(0, 10);
      const closed = { from: day(-ago), to: day(days - ago) };
      expect(source.confirmEmpty(stream, closed, today).url).not.toBe(source.first(stream, closed, 1, today).url);
    }), { seed: 20260103 });
  });

  it('resume at the beginning, because the order of the rows is not known', () => {
    expect(source.resume('details', range, 1, '2026-08-03', today)).toEqual(details);
  });

  it('step over a page by the usual number of rows, with offsets as plain integers', () => {
    expect(path(source.skip(details) ?? details)).toContain('/30/json');
    expect(path(source.skip(pubs) ?? pubs)).toContain('/100/json');
    expect(source.skip(doi)).toBeNull();
    const far = { ...details, url: details.url.replace('/0/json', '/99990/json') };
    const next = page(read(far, pageOf(Array.from({ length: 30 }, () => versionRow), { cursor: '99990' }))).next;
    expect(path(next ?? details)).toBe('/details/biorxiv/2026-08-01/2026-08-07/100020/json');
    const huge = { ...details, url: details.url.replace('/0/json', '/9007199254740000/json') };
    expect(source.skip(huge)?.url).toContain('/9007199254740030/json');
  });
});

describe('a version row', () => {
  it('becomes a paper', () => {
    const item = paper({});
    expect(item).toMatchObject({ id: '10.64898/2026.07.31.741992', datestamp: '2026-08-01', unknown: ['journalRef', 'urls.journal'] });
    expect(item.fields).toEqual({
      id: '10.64898/2026.07.31.741992', version: '1', deleted: false, withdrawn: false, title: 'A title', abstract: 'An abstract.',
      authors: [{ name: 'Loconsole, M.' }, { name: 'Xue, C.' }, { name: 'Garcia-Pelegrin, E.' }],
      categories: ['animal behavior and cognition'], doi: '10.64898/2026.07.31.741992', journalRef: null, comment: null,
      published: '2026-08-01', updated: '2026-08-01', license: 'cc_by_nc_nd',
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

  it.each([['withdrawn', true], ['WITHDRAWN', true], [' Withdrawn ', true], ['new results', false], ['NA', false], [null, false]])('of type %s: withdrawn is %s', (type, withdrawn) => {
    expect(paper({ type }).fields.withdrawn).toBe(withdrawn);
  });

  it('keeps its text as it is, without NA and without links that are none', () => {
    const { fields } = paper({ title: '1e5', abstract: 'NA', license: '', jatsxml: 'javascript:alert(1)', authors: 'Иванов, И.;  ; 山田, 太郎;', category: 'NA' });
    expect(fields).toMatchObject({ title: '1e5', abstract: null, license: null, authors: [{ name: 'Иванов, И.' }, { name: '山田, 太郎' }], categories: [] });
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
    const rows = [good, good.replace('A title', 'A \\x title'), good.replace('A title', 'two\n\tlines'), good];
    const text = `{"messages":[{"status":"ok"}],"collection":[${rows.join(' , ')}]}`;
    const bytes = Buffer.concat([Buffer.from(text.slice(0, -2)), Buffer.from(','), Buffer.from([0x22, 0xff, 0x22]), Buffer.from(']}')]);
    const { items, bad, repairs, count } = page(read(details, answerOf(bytes)));
    expect({ count, repairs, codes: bad.map(({ code }) => code) }).toEqual({ count: 5, repairs: ['control-character'], codes: ['ERR_ROW_JSON', 'ERR_ROW_JSON'] });
    expect(items.map((item) => item.type === 'paper' && item.fields.title)).toEqual(['A title', 'two lines', 'A title']);
    for (const { place } of [...items, ...bad]) expect(bytes.subarray(place?.offset, (place?.offset ?? 0) + (place?.length ?? 0)).toString()).toMatch(/^["{].*["}]$/s);
    expect(Buffer.from(bad[1]?.bytes ?? [])).toEqual(Buffer.from([0x22, 0xff, 0x22]));
  });

  it('is read again from the quarantine by its own bytes, or with its page', () => {
    const row = Buffer.from(JSON.stringify(versionRow));
    expect(source.redrive(row, 'application/json').map(({ type }) => type)).toEqual(['paper']);
    expect(source.redrive(Buffer.from(JSON.stringify(linkRow)), '').map(({ type }) => type)).toEqual(['journal']);
    expect(source.redrive(pageOf([versionRow, 'bad', versionRow]).body, '')).toHaveLength(2);
    expect(source.redrive(Buffer.from('nonsense'), '')).toEqual([]);
    expect(source.redrive(row.subarray(0, -1), '')).toEqual([]);
  });
});

describe('a row of pubs', () => {
  it('becomes a link to the article', () => {
    expect(page(read(pubs, pageOf([linkRow], { total: '469' })))).toMatchObject({
      items: [{ type: 'journal', id: '10.1101/2025.09.17.676679', datestamp: '2026-06-01', journalRef: 'Molecular Biology of the Cell', url: 'https://doi.org/10.1091/mbc.E25-09-0454' }],
      bad: [], announced: 469,
    });
  });

  it.each([[{ published_doi: 'NA' }, 'ERR_ROW_LINK'], [{ published_date: '' }, 'ERR_ROW_DATE'], [{ preprint_doi: 'x' }, 'ERR_ROW_ID'], [{ preprint_platform: 'medRxiv' }, 'ERR_ROW_FIELD']])('with %j goes to the quarantine', (change, code) => {
    expect(page(read(pubs, pageOf([{ ...linkRow, ...change }])))).toMatchObject({ items: [], bad: [{ code }], count: 1 });
  });
});

describe('an answer', () => {
  it.each([['360', 360], [360, 360], [undefined, null], ['many', null], [-1, null], [1.5, null], [null, null]])('announces a total of %j as %j', (total, announced) => {
    expect(page(read(details, pageOf([versionRow], { total })))).toMatchObject({ announced, end: 'more', serverDate: null });
  });

  it('of another offset is not the page that was asked for', () => {
    expect(read(details, pageOf([versionRow], { cursor: '30' }))).toMatchObject({ type: 'broken', code: 'ERR_OTHER_PAGE' });
    expect(read(details, pageOf([versionRow], { cursor: '0' })).type).toBe('page');
  });

  it('for one DOI is a whole list; an unknown DOI is absent', () => {
    const both = pageOf([versionRow, { ...versionRow, version: '2' }]);
    expect(page(read(doi, both))).toMatchObject({ end: 'proved', next: null, announced: null, count: 2 });
    expect(read(doi, answerOf({ messages: [{ status: 'no posts found' }], collection: [] }))).toMatchObject({ type: 'absent' });
    expect(read(doi, answerOf({ messages: [{ status: 'ok' }], collection: [] }))).toMatchObject({ type: 'absent' });
  });

  it.each([
    ['no posts found', { messages: [{ status: 'no posts found' }], collection: [] }],
    ['No posts found', { messages: [{ status: 'No posts found' }] }],
    ['total 0', { messages: [{ status: 'ok', total: 0 }], collection: [] }],
    ['an empty collection under a total', { messages: [{ status: 'ok', total: '360' }], collection: [] }],
    ['no articles', { messages: [{ status: 'no articles found for published version of ' }], collection: [] }],
  ])('%s is nothing, never an end by itself', (_name, body) => {
    expect(read(details, answerOf(body)).type).toBe('nothing');
    expect(read({ ...details, continues: true }, answerOf(body)).type).toBe('nothing');
    expect(read(pubs, answerOf(body)).type).toBe('nothing');
  });

  it.each([
    ['zero bytes', '', 'ERR_EMPTY_ANSWER'],
    ['a database error', 'Error : (2002) Connection refused', 'ERR_NOT_JSON'],
    ['HTML', '<!DOCTYPE html><html>...', 'ERR_NOT_JSON'],
    ['null', 'null', 'ERR_NOT_JSON'],
    ['a list', '[]', 'ERR_NOT_JSON'],
    ['an object', '{}', 'ERR_JSON_SHAPE'],
    ['no message', '{"messages":[],"collection":[]}', 'ERR_JSON_SHAPE'],
    ['no collection', { messages: [{ status: 'ok', category: 'all', total: '3948' }] }, 'ERR_JSON_SHAPE'],
    ['a collection of text', { messages: [{ status: 'ok' }], collection: '30 rows' }, 'ERR_JSON_SHAPE'],
    ['an unknown status', { messages: [{ status: 'maintenance' }], collection: [versionRow] }, 'ERR_UPSTREAM_STATUS'],
    ['a trailing notice', `${JSON.stringify({ messages: [{ status: 'ok' }], collection: [] })} Notice: x`, 'ERR_JSON'],
  ])('of %s is broken', (_name, body, code) => {
    expect(read(details, answerOf(body))).toMatchObject({ type: 'broken', code });
  });

  it('that is cut anywhere is broken', () => {
    const whole = pageOf([versionRow, versionRow], { total: '2' }).body;
    for (let length = 0; length < whole.length; length += 7) {
      expect(read(details, answerOf(whole.subarray(0, length))).type).toBe('broken');
    }
  });

  it.each([
    [429, '', {}, 'throttled'], [429, 'Rate exceeded.', {}, 'throttled'], [200, 'Rate exceeded.', {}, 'throttled'],
    [200, '<html><title>error 1015</title></html>', {}, 'throttled'], [503, '', { 'retry-after': '5' }, 'throttled'], [503, '', {}, 'broken'],
    [500, '', {}, 'broken'], [502, '<html>', {}, 'broken'], [403, '<html>', {}, 'blocked'], [404, 'Not Found', {}, 'refused'],
    [301, '', {}, 'broken'], [204, '', {}, 'broken'],
  ])('with status %i, body %j and headers %j is %s', (status, body, headers, type) => {
    expect(read(details, answerOf(body, status, headers)).type).toBe(type);
  });

  it('with status 406 is a throttle once others were answered', () => {
    expect(read(details, answerOf('', 406), true).type).toBe('throttled');
  });

  it('read twice is the same', () => {
    const answer = pageOf([versionRow, { doi: 1 }], { total: '2' });
    expect(read(details, answer)).toEqual(read(details, answer));
  });
});

describe('an empty range', () => {
  const judge = (rows: readonly unknown[]): string => source.judgeEmpty('details', range, read(details, rows.length === 0 ? answerOf({ messages: [{ status: 'no posts found' }], collection: [] }) : pageOf(rows)));

  it('is empty when the covering interval lists other days alone', () => {
    expect(judge([{ ...versionRow, date: '2026-08-08' }, { ...versionRow, date: '2026-08-09' }])).toBe('empty');
    expect(judge([{ ...versionRow, date: '2026-08-08' }, { ...versionRow, date: '2026-08-01' }])).toBe('not-empty');
    expect(judge([{ ...versionRow, date: '2026-08-08' }, { ...versionRow, doi: '', date: '2026-08-07' }])).toBe('not-empty');
    expect(judge([{ ...versionRow, date: '2026-08-08' }, { ...versionRow, date: '' }])).toBe('unclear');
    expect(judge([])).toBe('unclear');
  });

  it('at the tail is empty when earlier days are listed', () => {
    const tail = { from: '2026-09-19', to: null };
    expect(source.judgeEmpty('details', tail, read(details, pageOf([{ ...versionRow, date: '2026-09-18' }])))).toBe('empty');
    expect(source.judgeEmpty('details', tail, read(details, pageOf([{ ...versionRow, date: '2026-09-20' }])))).toBe('not-empty');
  });
});

describe('the source', () => {
  it('has its defaults, and options go before them', () => {
    expect(source).toMatchObject({ kind: 'biorxiv', baseUrl: 'https://api.biorxiv.org', gateKey: 'biorxiv', minIntervalMs: 1000 });
    expect(med.gateKey).toBe(source.gateKey);
    const own = biorxivSource({ id: 'x', kind: 'medrxiv', baseUrl: 'http://127.0.0.1:8080/', minIntervalMs: 0, every: 5, expect: 86_400_000, timeouts: { idle: 7 } });
    expect(own).toMatchObject({ baseUrl: 'http://127.0.0.1:8080', gateKey: '127.0.0.1:8080', minIntervalMs: 0, timeouts: { connect: 30_000, idle: 7 } });
    expect([own.poll.next(100), own.poll.expectedDay(Date.parse('2026-09-20T12:00:00Z'))]).toEqual([105, '2026-09-19']);
    expect(source.poll.expectedDay(Date.parse('2026-09-20T12:00:00Z'))).toBe('2026-09-18');
    expect(source.streams.map(({ name, countsRows, earliest }) => [name, countsRows, earliest])).toEqual([['details', true, '2013-11-01'], ['pubs', true, '2013-11-01']]);
  });

  it.each(['https://api.medrxiv.org', 'https://www.biorxiv.org/'])('refuses the wrong host %s and says which is right', (baseUrl) => {
    expect(() => biorxivSource({ id: 'x', kind: 'medrxiv', baseUrl })).toThrow(expect.objectContaining({ code: 'ERR_BASE_URL', hint: expect.stringContaining('api.biorxiv.org') }));
  });
});
