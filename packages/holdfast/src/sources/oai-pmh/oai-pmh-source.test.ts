import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Answer } from '../../transport/port.ts';
import { describeSource } from '../conformance.ts';
import type { PageRequest, Reading } from '../port.ts';
import { oaiPmhSource } from './oai-pmh-source.ts';
import { dublinCore, oaiError, oaiHeader, oaiPage, oaiRecord } from './testing/oai-pages.ts';

const baseUrl = 'http://upstream.test/oai';
const range = { from: '2026-08-01', to: '2026-08-11' };
const today = '2026-09-01';
const create = () => oaiPmhSource({ id: 'library', baseUrl, metadataPrefix: 'oai_dc', set: 'math & co' });
const source = create();
const first = source.first('list', range, 1, today);
const onToken: PageRequest = {
  url: `${baseUrl}?verb=ListRecords&resumptionToken=x`,
  as: 'ListRecords',
  continues: true,
};
const listing: PageRequest = {
  url: `${baseUrl}?verb=ListIdentifiers`,
  as: 'ListIdentifiers',
  continues: false,
};

function answer(body: string | Uint8Array, status = 200, headers: Record<string, string> = {}): Answer {
  return {
    url: baseUrl,
    status,
    headers,
    body: typeof body === 'string' ? Buffer.from(body) : body,
    receivedAt: 1_000_000,
  };
}
function read(
  body: string,
  request: PageRequest = first,
  status = 200,
  headers: Record<string, string> = {},
): Reading {
  return source.read(request, answer(body, status, headers), { answeredBefore: false });
}
const record = (id: string) =>
  oaiRecord(id, '2026-08-02T01:02:03Z', dublinCore([['title', `Title of ${id}`]]));
const query = (request: PageRequest) => Object.fromEntries(new URL(request.url).searchParams);

describeSource({
  name: 'oai-pmh',
  contentType: 'text/xml',
  stream: 'list',
  range,
  today,
  create,
  ids: fc.oneof(
    fc
      .string({ unit: fc.constantFrom(...'abcXYZ019:./-_<&%+ü'.split('')), minLength: 1, maxLength: 20 })
      .map((text) => `oai:h:${text}`),
    fc.integer({ min: 0 }).map(String),
    fc.constantFrom('1501.00447', '0704.0010', '1e5', '00012', '__proto__'),
  ),
  page: (_request, records, more) =>
    Buffer.from(
      oaiPage(
        'ListRecords',
        records
          .map(({ id, datestamp, title }) => oaiRecord(id, datestamp, dublinCore([['title', title]])))
          .join('\n') + (more ? '<resumptionToken>a=b&amp;c%20d</resumptionToken>' : ''),
      ).trimEnd(),
    ),
  forbidden: (url) => {
    const names = [...url.searchParams.keys()].sort().join();
    const allowed = [
      'resumptionToken,verb',
      'from,metadataPrefix,set,until,verb',
      'from,metadataPrefix,set,verb',
      'identifier,metadataPrefix,verb',
    ];
    if (!allowed.includes(names)) return `asks ${names}`;
    const { from = '', until = from } = Object.fromEntries(url.searchParams);
    return until < from || until >= today ? `asks ${from} to ${until}` : null;
  },
});

describe('the requests of an OAI-PMH repository', () => {
  it('are in days until the repository names seconds, and end with the last second of the last day', () => {
    expect(query(first)).toStrictEqual({
      verb: 'ListRecords',
      metadataPrefix: 'oai_dc',
      set: 'math & co',
      from: '2026-08-01',
      until: '2026-08-10',
    });
    const precise = source.withDescription!({
      earliest: '2026-08-01',
      granularity: 'seconds',
      earliestDatestamp: '2026-08-01T12:00:00Z',
    });
    expect(query(precise.first('list', range, 1, today))).toMatchObject({
      from: '2026-08-01T12:00:00Z',
      until: '2026-08-10T23:59:59Z',
    });
    expect(query(precise.resume('list', range, 1, '2026-08-05T06:07:08.9Z', today))).toMatchObject({
      from: '2026-08-05T06:07:08Z',
    });
    expect(query(precise.resume('list', range, 1, '2026-08-05', today))).toMatchObject({
      from: '2026-08-05T00:00:00Z',
    });
    expect(query(source.resume('list', range, 1, '2026-08-05T06:07:08Z', today))).toMatchObject({
      from: '2026-08-05',
    });
  });

  it('never ask for anything earlier than the repository has', () => {
    const late = source.withDescription!({ earliest: '2026-08-20', granularity: 'day' });
    expect(query(late.first('list', range, 1, today))).toMatchObject({
      from: '2026-08-20',
      until: '2026-08-20',
    });
    expect(late.streams[0]?.earliest).toBe('2026-08-20');
  });

  it('send no end for an open range, nor for one that is not over', () => {
    expect(query(source.first('list', { from: '2026-08-30', to: null }, 1, today))).not.toHaveProperty(
      'until',
    );
    expect(
      query(source.first('list', { from: '2026-08-30', to: '2026-09-02' }, 1, today)),
    ).not.toHaveProperty('until');
  });

  it('keep a query that the base URL has of its own', () => {
    const own = oaiPmhSource({ id: 'x', baseUrl: 'http://h.test/oai.php?repo=7', metadataPrefix: 'mods' });
    expect(query(own.first('list', range, 1, today))).toMatchObject({
      repo: '7',
      verb: 'ListRecords',
      metadataPrefix: 'mods',
    });
  });

  it('go by host and port at the gate, and by service where the host is known', () => {
    const keyOf = (url: string) => oaiPmhSource({ id: 'x', baseUrl: url, metadataPrefix: 'oai_dc' }).gateKey;
    expect(keyOf('https://oaipmh.arxiv.org/oai')).toBe('arxiv');
    expect(keyOf('https://api.biorxiv.org/x')).toBe('biorxiv');
    expect(keyOf('http://127.0.0.1:8081/oai')).toBe('127.0.0.1:8081');
    expect(keyOf('https://notarxiv.org/oai')).toBe('notarxiv.org');
  });

  it('carry a token encoded once more and nothing else', () => {
    const token = 'verb%3DListRecords%26skip%3D2500&a,b!c/null 1+1';
    const reading = read(
      oaiPage(
        'ListRecords',
        `${record('a')}<resumptionToken>${token.replace('&', '&amp;')}</resumptionToken>`,
      ),
    );
    expect(reading).toMatchObject({
      type: 'page',
      end: 'more',
      next: { continues: true, as: 'ListRecords' },
    });
    if (reading.type !== 'page' || reading.next === null) throw new Error('no next');
    expect(query(reading.next)).toStrictEqual({ verb: 'ListRecords', resumptionToken: token });
  });
});

describe('the end of a list', () => {
  const end = (inside: string, request = first) => {
    const reading = read(oaiPage(request.as, inside), request);
    return reading.type === 'page' ? reading.end : reading;
  };

  it.each([
    ['a first page without a token element', record('a'), first, 'proved'],
    ['a first page with an empty token', `${record('a')}<resumptionToken/>`, first, 'proved'],
    [
      'an empty token with attributes',
      `${record('a')}<resumptionToken completeListSize="9" cursor="8"> </resumptionToken>`,
      onToken,
      'proved',
    ],
    ['a token request answered without a token element', record('a'), onToken, 'unproved'],
    ['an empty first page', '', first, 'unproved'],
    ['an empty page with an empty token', '<resumptionToken/>', onToken, 'unproved'],
    [
      'the word null as a token',
      `${record('a')}<resumptionToken>null</resumptionToken>`,
      onToken,
      'unproved',
    ],
    [
      'a token that contains null',
      `${record('a')}<resumptionToken>12,null,oai_dc</resumptionToken>`,
      onToken,
      'more',
    ],
    ['an empty page whose token goes on', '<resumptionToken>next</resumptionToken>', onToken, 'more'],
  ] as const)('after %s', (_name, inside, request, expected) => {
    expect(end(inside, request)).toBe(expected);
  });

  it('is dated by the server: a token lives as long as its two dates are apart', () => {
    const inside = `${record('a')}<resumptionToken expirationDate="2026-09-01T11:00:00Z">t</resumptionToken>`;
    expect(read(oaiPage('ListRecords', inside))).toMatchObject({
      next: { expiresAt: 1_000_000 + 3_600_000 },
    });
    const past = inside.replace('2026-09-01T11', '2026-08-01T11');
    const reading = read(oaiPage('ListRecords', past));
    expect(reading.type === 'page' ? reading.next : reading).not.toHaveProperty('expiresAt');
  });

  it('is announced by completeListSize as a hint, garbage being none', () => {
    const announced = (size: string) =>
      read(
        oaiPage(
          'ListRecords',
          `${record('a')}<resumptionToken completeListSize="${size}" cursor="0">t</resumptionToken>`,
        ),
      );
    expect(announced('835')).toMatchObject({ announced: 835 });
    expect(announced('many')).toMatchObject({ announced: null });
  });
});

describe('the records of a page', () => {
  it('deleted headers are tombstones, other headers of a listing are listed', () => {
    const inside = oaiHeader('a', '2026-08-02', 'deleted') + oaiHeader('b', '2026-08-03');
    expect(read(oaiPage('ListIdentifiers', inside), listing)).toMatchObject({
      items: [
        { type: 'deleted', id: 'a' },
        { type: 'listed', id: 'b', datestamp: '2026-08-03', place: null },
      ],
    });
    expect(
      read(oaiPage('ListRecords', `<record>${oaiHeader('a', '2026-08-02', 'deleted')}</record>`)),
    ).toMatchObject({
      items: [{ type: 'deleted', id: 'a' }],
    });
  });

  it('a record that cannot be used is shown with its bytes, and the rest is kept', () => {
    const faulty = [
      ['ERR_OAI_NO_METADATA', `<record>${oaiHeader('x', '2026-08-02')}</record>`, 'x'],
      ['ERR_OAI_NO_IDENTIFIER', oaiRecord(' ', '2026-08-02', ''), null],
      ['ERR_OAI_NO_DATESTAMP', oaiRecord('x', '', ''), 'x'],
      ['ERR_OAI_DATESTAMP', oaiRecord('x', 'yesterday', ''), 'x'],
      ['ERR_OAI_NO_HEADER', '<record><metadata/></record>', null],
      ['ERR_OAI_FOREIGN_ELEMENTS', oaiRecord('x', '2026-08-02', dublinCore([['headline', 'y']])), 'x'],
      ['ERR_OAI_NO_HEADER', '<recrod><header/></recrod>', null],
    ] as const;
    for (const [code, xml, id] of faulty) {
      const reading = read(oaiPage('ListRecords', record('good') + xml));
      expect(reading).toMatchObject({ type: 'page', count: 2, items: [{ id: 'good' }], bad: [{ code, id }] });
      if (reading.type === 'page') expect(Buffer.from(reading.bad[0]!.bytes).toString()).toBe(xml);
    }
  });

  it('records without namespaces, with foreign prefixes and with MARC records inside are read', () => {
    const bare = record('a')
      .replaceAll('dc:', '')
      .replaceAll('oai_', '')
      .replace(/ xmlns:\w+="[^"]*"/g, '');
    const marc = oaiRecord('m', '2026-08-02', '<marc:record><marc:leader>x</marc:leader></marc:record>');
    const page = oaiPage('ListRecords', bare + marc);
    expect(read(page)).toMatchObject({
      count: 2,
      bad: [],
      items: [{ fields: { title: 'Title of a' } }, { id: 'm' }],
    });
    const prefixed = page.replace(
      /<(\/?)(OAI-PMH|ListRecords|record|header|metadata|identifier|datestamp)/g,
      '<$1o:$2',
    );
    expect(read(prefixed)).toMatchObject({ count: 2, bad: [] });
  });

  it('a damaged record costs itself alone, the token and the others stay', () => {
    const broken = record('b').replace('</dc:title>', '</dc:titel>');
    const page = oaiPage(
      'ListRecords',
      `${record('a')}${broken}${record('c')}<resumptionToken>t</resumptionToken>`,
    );
    expect(read(page)).toMatchObject({
      end: 'more',
      count: 3,
      items: [{ id: 'a' }, { id: 'c' }],
      bad: [{ id: 'b', datestamp: '2026-08-02T01:02:03Z', code: 'ERR_XML_MISMATCHED_TAG' }],
    });
  });

  it('an answer under another content type is judged by its root', () => {
    expect(
      read(oaiPage('ListRecords', record('a')), first, 200, { 'content-type': 'text/html' }),
    ).toMatchObject({ count: 1 });
  });

  it('quarantined bytes are read again by a better parser, and left out while they cannot be', () => {
    expect(source.redrive(Buffer.from(record('a')), 'text/xml')).toMatchObject([{ type: 'paper', id: 'a' }]);
    expect(
      source.redrive(Buffer.from(oaiPage('ListRecords', record('a') + record('b'))), 'text/xml'),
    ).toHaveLength(2);
    expect(source.redrive(Buffer.from('<record><header>'), 'text/xml')).toStrictEqual([]);
  });
});

describe('errors', () => {
  const record1: PageRequest = source.record('oai:x:1')!;
  it.each([
    ['noRecordsMatch', '', first, { type: 'nothing', serverDate: '2026-09-01T10:00:00Z' }],
    ['noRecordsMatch', '', onToken, { type: 'nothing' }],
    ['badResumptionToken', 'expired', onToken, { type: 'restart' }],
    ['badArgument', 'skip is no number', onToken, { type: 'restart' }],
    ['badResumptionToken', '', first, { type: 'refused', cause: 'request' }],
    ['badArgument', 'Reason: until date too late', first, { type: 'refused', cause: 'clock' }],
    [
      'badArgument',
      'until date must be greater than or equal to from date',
      first,
      { type: 'refused', cause: 'clock' },
    ],
    ['badArgument', 'from date format must be YYYY-MM-DD', first, { type: 'refused', cause: 'request' }],
    ['badArgument', 'Set does not exist', first, { type: 'refused', cause: 'request' }],
    ['cannotDisseminateFormat', '', first, { type: 'refused', cause: 'request' }],
    ['badVerb', '', first, { type: 'refused', cause: 'request' }],
    ['idDoesNotExist', '', record1, { type: 'absent' }],
    ['somethingNew', '', first, { type: 'broken', code: 'ERR_OAI_UNKNOWN_ERROR' }],
    ['', '', first, { type: 'broken', code: 'ERR_OAI_UNKNOWN_ERROR' }],
  ] as const)('%s (%s)', (code, text, request, expected) => {
    expect(read(oaiError(code, text), request)).toMatchObject(expected);
  });

  it('several at once: nothing is empty only when nothing else is wrong', () => {
    const both = oaiPage('', '<error code="noRecordsMatch"/><error code="badArgument">set?</error>');
    expect(read(both)).toMatchObject({ type: 'refused', cause: 'request' });
  });

  it('beside a list, or another list than was asked for, or none, are no answer', () => {
    expect(
      read(
        oaiPage('ListRecords', `${record('a')}`).replace(
          '<ListRecords>',
          '<error code="noRecordsMatch"/><ListRecords>',
        ),
      ),
    ).toMatchObject({ code: 'ERR_OAI_ERROR_AND_LIST' });
    expect(read(oaiPage('ListIdentifiers', oaiHeader('a', '2026-08-02')))).toMatchObject({
      code: 'ERR_OAI_OTHER_VERB',
    });
    expect(read(oaiPage('', ''))).toMatchObject({ code: 'ERR_OAI_NO_LIST' });
  });

  it('of an edge that limits rates are a throttle', () => {
    expect(read('<title>Access denied</title><p>error code: 1015</p>', first, 403)).toMatchObject({
      type: 'throttled',
    });
    expect(read('<title>Access denied</title>', first, 403)).toMatchObject({ type: 'blocked' });
  });

  it('are read under a 4xx too, while a page there is refused', () => {
    expect(read(oaiError('noRecordsMatch'), first, 404)).toMatchObject({ type: 'nothing' });
    expect(read(oaiPage('ListRecords', record('a')), first, 404)).toMatchObject({ type: 'refused' });
    expect(read(oaiError('noRecordsMatch'), first, 500)).toMatchObject({
      type: 'broken',
      code: 'ERR_HTTP_500',
    });
  });

  it('tell an empty range from an outage only by the word of a second verb', () => {
    const confirm = source.confirmEmpty('list', range, today);
    const judge = (body: string, status = 200) =>
      source.judgeEmpty('list', range, read(body, confirm, status));
    expect(query(confirm)).toMatchObject({
      verb: 'ListIdentifiers',
      from: '2026-08-01',
      until: '2026-08-10',
    });
    expect(judge(oaiError('noRecordsMatch'))).toBe('empty');
    expect(judge(oaiPage('ListIdentifiers', oaiHeader('a', '2026-08-02')))).toBe('not-empty');
    expect(judge(oaiPage('ListIdentifiers', ''))).toBe('unclear');
    expect(judge('', 503)).toBe('unclear');
  });
});
