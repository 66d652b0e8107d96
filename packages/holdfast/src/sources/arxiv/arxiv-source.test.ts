import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addDays } from '../../model/day.ts';
import type { Answer } from '../../transport/port.ts';
import { describeSource } from '../conformance.ts';
import { arxivMetadata, oaiError, oaiHeader, oaiPage, oaiRecord } from '../oai-pmh/testing/oai-pages.ts';
import type { PageRequest, Reading } from '../port.ts';
import { arxivSource } from './arxiv-source.ts';

const range = { from: '2026-08-01', to: '2026-08-31' };
const today = '2026-09-01';
const source = arxivSource({ id: 'arxiv' });
const first = source.first('list', range, 1, today);
const raw = source.first('list', range, 2, today);
const listing = source.first('list', range, 3, today);
const query = (request: PageRequest) => Object.fromEntries(new URL(request.url).searchParams);

function read(body: string, request: PageRequest = first, status = 200, answeredBefore = false): Reading {
  const answer: Answer = { url: request.url, status, headers: {}, body: Buffer.from(body), receivedAt: 0 };
  return source.read(request, answer, { answeredBefore });
}
const oai = (id: string) => `oai:arXiv.org:${id}`;
const readRecord = (metadata: string, request = first, id = '2301.00001') => {
  const reading = read(oaiPage('ListRecords', oaiRecord(oai(id), '2026-08-02', metadata)), request);
  if (reading.type !== 'page') throw new Error(JSON.stringify(reading));
  return reading;
};

describeSource({
  name: 'arxiv',
  contentType: 'text/xml',
  stream: 'list',
  range,
  today,
  create: () => arxivSource({ id: 'arxiv' }),
  ids: fc.oneof(
    fc.integer({ min: 1, max: 99_999 }).map((number) => `1501.${String(number).padStart(5, '0')}`),
    fc.integer({ min: 1, max: 9_999 }).map((number) => `0704.${String(number).padStart(4, '0')}`),
    fc.integer({ min: 1, max: 999 }).map((number) => `hep-th/0408${String(number).padStart(3, '0')}`),
  ),
  page: (_request, records, more) =>
    Buffer.from(
      oaiPage(
        'ListRecords',
        records
          .map(({ id, datestamp, title }) => oaiRecord(oai(id), datestamp, arxivMetadata(id, title)))
          .join('') +
          (more
            ? '<resumptionToken expirationDate="2026-09-02T00:00:00Z">verb%3DListRecords%26skip%3D2500</resumptionToken>'
            : ''),
      ).trimEnd(),
    ),
  forbidden: (url) => {
    const names = [...url.searchParams.keys()].sort().join();
    const allowed = [
      'resumptionToken,verb',
      'from,metadataPrefix,until,verb',
      'from,metadataPrefix,verb',
      'identifier,metadataPrefix,verb',
    ];
    if (!allowed.includes(names)) return `asks ${names}`;
    const { from, until } = Object.fromEntries(url.searchParams);
    const dates = [from, until].filter((date) => date !== undefined);
    if (dates.some((date) => !/^\d{4}-\d{2}-\d{2}$/.test(date) || date < '2005-09-16' || date > today))
      return `asks for ${dates.join()}`;
    return from !== undefined && until !== undefined && until < from ? 'asks backwards' : null;
  },
});

describe('the looks at a range of arXiv', () => {
  it('are papers, then versions, then listings of other splits', () => {
    expect(query(first)).toStrictEqual({
      verb: 'ListRecords',
      metadataPrefix: 'arXiv',
      from: '2026-08-01',
      until: '2026-08-30',
    });
    expect(query(raw)).toMatchObject({ verb: 'ListRecords', metadataPrefix: 'arXivRaw', from: '2026-08-01' });
    expect(query(listing)).toMatchObject({
      verb: 'ListIdentifiers',
      from: '2026-07-31',
      until: '2026-08-30',
    });
    expect(query(source.first('list', range, 4, today))).toMatchObject({
      verb: 'ListIdentifiers',
      from: '2026-07-30',
    });
    expect(new Set([1, 2, 3, 4, 5].map((look) => source.first('list', range, look, today).url)).size).toBe(5);
    expect(source.identifiersLook).toBe(3);
  });

  it('never begin before the interface does', () => {
    const early = { from: '2005-09-16', to: '2005-10-01' };
    for (const look of [1, 2, 3])
      expect(query(source.first('list', early, look, today))).toMatchObject({ from: '2005-09-16' });
  });

  it('never end on the current day or later', () => {
    for (const days of [0, 1, 5]) {
      const request = source.first('list', { from: '2026-08-28', to: addDays(today, 1 + days) }, 1, today);
      expect(query(request)).not.toHaveProperty('until');
    }
    expect(query(source.first('list', { from: '2026-08-28', to: today }, 1, today))).toMatchObject({
      until: '2026-08-31',
    });
  });

  it('go on in the format they began with', () => {
    const inside = `${oaiHeader(oai('2301.00001'), '2026-08-02')}<resumptionToken>t</resumptionToken>`;
    expect(read(oaiPage('ListIdentifiers', inside), listing)).toMatchObject({
      items: [{ type: 'listed', id: '2301.00001' }],
      next: { as: listing.as, url: 'https://oaipmh.arxiv.org/oai?verb=ListIdentifiers&resumptionToken=t' },
    });
  });

  it('ask for one record by its OAI identifier', () => {
    expect(query(source.record('hep-th/0408048')!)).toMatchObject({
      identifier: 'oai:arXiv.org:hep-th/0408048',
      metadataPrefix: 'arXiv',
    });
  });
});

describe('a paper of arXiv', () => {
  const metadata = (extra = '') =>
    `<arXiv><id>2301.00001</id><created>2023-01-02</created>${extra}<authors>
       <author><keyname>Doe</keyname><forenames>Jane Q.</forenames><suffix>Jr</suffix><affiliation>A</affiliation><affiliation>B</affiliation></author>
       <author><keyname>CERN Collaboration</keyname></author></authors>
     <title>A  title
       of two lines</title><categories>cs.LG stat.ML</categories><comments>5 pages</comments><msc-class>62</msc-class><acm-class>62</acm-class>
     <journal-ref>J. 1 (2023)</journal-ref><doi>10.1/x</doi><license>http://l</license><abstract>  Text &amp; more. </abstract></arXiv>`;

  it('has what the format says, and leaves open what it does not', () => {
    expect(readRecord(metadata()).items).toMatchObject([
      {
        type: 'paper',
        id: '2301.00001',
        datestamp: '2026-08-02',
        unknown: ['version', 'published', 'withdrawn'],
        fields: {
          id: '2301.00001',
          version: null,
          title: 'A title of two lines',
          abstract: 'Text & more.',
          categories: ['cs.LG', 'stat.ML'],
          authors: [{ name: 'Jane Q. Doe Jr', affiliation: 'A; B' }, { name: 'CERN Collaboration' }],
          doi: '10.1/x',
          journalRef: 'J. 1 (2023)',
          comment: '5 pages',
          license: 'http://l',
          published: null,
          updated: '2023-01-02',
          urls: { abstract: 'https://arxiv.org/abs/2301.00001', pdf: 'https://arxiv.org/pdf/2301.00001' },
        },
      },
    ]);
  });

  it('takes the day of this version from updated, else from created, and no publication from either', () => {
    expect(readRecord(metadata('<updated>2024-05-06</updated>')).items).toMatchObject([
      { fields: { updated: '2024-05-06', published: null } },
    ]);
  });

  it('is not one without a title: the format must have changed', () => {
    const renamed = metadata().replaceAll('title>', 'headline>');
    expect(readRecord(renamed).bad).toMatchObject([{ code: 'ERR_ARXIV_NO_TITLE', id: '2301.00001' }]);
  });

  it('is not one whose ids differ, nor one whose id went through a number', () => {
    expect(readRecord(metadata(), first, '2301.00002').bad).toMatchObject([
      { code: 'ERR_ARXIV_ID_MISMATCH', id: '2301.00002' },
    ]);
    expect(readRecord(metadata(), first, '1501.0044699999999').bad).toMatchObject([
      { code: 'ERR_ARXIV_ID', id: null },
    ]);
  });
});

describe('the versions of a paper', () => {
  const version = (number: string, date: string, type: string) =>
    `<version version="${number}"><date>${date}</date><size>14kb</size><source_type>${type}</source_type></version>`;
  const metadata = (versions: string) =>
    `<arXivRaw><id>2301.00001</id><submitter>x</submitter>${versions}<title>t</title></arXivRaw>`;

  it('give the latest version, the first posting and the withdrawal, in whatever order they come', () => {
    const versions =
      version('v10', 'Mon, 1 Jul 2024 00:00:00 GMT', 'SI') +
      version('v2', 'Thu, 26 Jun 2008 00:00:00 GMT', 'D') +
      version('v1', 'Wed, 25 Jun 2008 15:29:38 GMT', 'D');
    expect(readRecord(metadata(versions), raw).items).toMatchObject([
      {
        type: 'history',
        id: '2301.00001',
        version: '10',
        published: '2008-06-25',
        withdrawn: true,
        history: [
          { version: '1', date: '2008-06-25T15:29:38.000Z', size: '14kb', sourceType: 'D' },
          { version: '2' },
          { version: '10' },
        ],
      },
    ]);
  });

  it('do not withdraw by an earlier version', () => {
    const versions =
      version('v1', 'Wed, 25 Jun 2008 15:29:38 GMT', 'I') +
      version('v2', 'Thu, 26 Jun 2008 00:00:00 GMT', 'D');
    expect(readRecord(metadata(versions), raw).items).toMatchObject([{ version: '2', withdrawn: false }]);
  });

  it('are quarantined when they cannot be read', () => {
    expect(readRecord(metadata(''), raw).bad).toMatchObject([
      { code: 'ERR_ARXIV_NO_VERSIONS', id: '2301.00001' },
    ]);
    expect(readRecord(metadata(version('latest', 'x', 'D')), raw).bad).toMatchObject([
      { code: 'ERR_ARXIV_NO_VERSIONS' },
    ]);
  });

  it('are told from papers when quarantined bytes are read again', () => {
    const bytes = (inside: string) => Buffer.from(oaiRecord(oai('2301.00001'), '2026-08-02', inside));
    const versions = version('v1', 'Wed, 25 Jun 2008 15:29:38 GMT', 'D');
    expect(source.redrive(bytes(metadata(versions)), 'text/xml')).toMatchObject([{ type: 'history' }]);
    expect(source.redrive(bytes(arxivMetadata('2301.00001', 't')), 'text/xml')).toMatchObject([
      { type: 'paper' },
    ]);
  });
});

describe("arXiv's edge", () => {
  it('throttles by 406 even at the first request, and shuts out by 403', () => {
    expect(read('<html>Not Acceptable</html>', first, 406)).toMatchObject({ type: 'throttled' });
    expect(read('<html>Forbidden</html>', first, 403)).toMatchObject({ type: 'blocked' });
    expect(read('Rate exceeded.', first, 403)).toMatchObject({ type: 'throttled' });
  });

  it.each([
    ['until date too late', { type: 'refused', cause: 'clock' }],
    ['until date must be greater than or equal to from date', { type: 'refused', cause: 'clock' }],
    ['start date too early', { type: 'refused', cause: 'request' }],
    ['Unallowed parameter', { type: 'refused', cause: 'request' }],
  ])('answers badArgument with "%s"', (reason, expected) => {
    expect(
      read(oaiError('badArgument', `The request includes illegal arguments. Reason: ${reason}`)),
    ).toMatchObject(expected);
  });

  it('is asked by the service, whatever the host', () => {
    expect(source.gateKey).toBe('arxiv');
    expect(arxivSource({ id: 'x', baseUrl: 'http://127.0.0.1:9/oai' }).gateKey).toBe('127.0.0.1:9');
  });
});
