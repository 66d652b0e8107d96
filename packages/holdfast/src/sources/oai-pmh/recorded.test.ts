import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { arxivSource } from '../arxiv/index.ts';
import type { PageRequest, Reading, Source } from '../port.ts';
import { oaiPmhSource } from './index.ts';

/** Answers of real servers, kept beside the repository and not in it. */
const folder = fileURLToPath(new URL('../../../../../../shared/recorded/', import.meta.url));
const missing = !existsSync(folder);

interface Interaction {
  readonly request: { readonly uri: string };
  readonly response: {
    readonly status: number;
    readonly headers: Record<string, string>;
    readonly body_utf8?: string;
    readonly body_base64?: string;
  };
}

function read(source: Source, request: PageRequest, body: Uint8Array, status = 200): Reading {
  return source.read(
    request,
    { url: request.url, status, headers: {}, body, receivedAt: 0 },
    { answeredBefore: false },
  );
}

/** A URL without the order and encoding of its parameters. */
function sameUrl(url: string): string {
  const { origin, pathname, searchParams } = new URL(url);
  return [origin, pathname, ...[...searchParams].map((pair) => pair.join('=')).sort()].join(' ');
}

/** Walks the recorded interactions from the first one on, by the source's own requests. */
function walk(name: string, as: string): readonly Extract<Reading, { type: 'page' }>[] {
  const file = readFileSync(`${folder}oai/${name}.json`, 'utf8');
  const { interactions } = JSON.parse(file) as { interactions: readonly Interaction[] };
  const url = interactions[0]!.request.uri;
  const source = oaiPmhSource({ id: name, baseUrl: url.split('?')[0]!, metadataPrefix: 'oai_dc' });
  const pages: Extract<Reading, { type: 'page' }>[] = [];
  for (
    let request: PageRequest | null = { url, as, continues: false };
    request !== null;
    request = pages.at(-1)!.next
  ) {
    const wanted = sameUrl(request.url);
    const { response } = interactions.find(({ request: { uri } }) => sameUrl(uri) === wanted)!;
    const body =
      response.body_utf8 === undefined
        ? Buffer.from(response.body_base64!, 'base64')
        : Buffer.from(response.body_utf8);
    const reading = read(source, request, body, response.status);
    if (reading.type !== 'page') throw new Error(`${request.url}: ${JSON.stringify(reading)}`);
    pages.push(reading);
  }
  return pages;
}

describe.skipIf(missing)(
  'recorded walks (skipped where the recordings are not beside the repository)',
  () => {
    it.each([
      ['calpoly', 'ListRecords', 208, 208],
      ['rcaap', 'ListRecords', 103, 103],
      ['datacite', 'ListRecords', 56, 56],
      ['mit-get-identifiers', 'ListIdentifiers', 171, 171],
    ])('%s: %s ends proved with %i records', (name, as, records, announced) => {
      const pages = walk(name, as);
      const items = pages.flatMap((page) => page.items);
      expect(new Set(items.map(({ id }) => id)).size).toBe(records);
      expect(items).toHaveLength(records);
      expect(pages.flatMap(({ bad, repairs }) => [...bad, ...repairs])).toStrictEqual([]);
      expect(pages.at(-1)?.end).toBe('proved');
      expect(pages[0]?.announced).toBe(announced);
      expect(
        items.every(
          (item) => item.type === 'listed' || (item.type === 'paper' && item.fields.title !== null),
        ),
      ).toBe(true);
    });
  },
);

describe.skipIf(missing)(
  'recorded documents (skipped where the recordings are not beside the repository)',
  () => {
    const source = oaiPmhSource({
      id: 'x',
      baseUrl: 'http://test.example.com/oai',
      metadataPrefix: 'oai_dc',
    });
    const onToken = { url: '', as: 'ListRecords', continues: true };
    const fromStart = { url: '', as: 'ListRecords', continues: false };

    it.each([
      ['sickle-ListRecords.xml', fromStart, { type: 'page', count: 2, end: 'more', announced: 8 }],
      ['sickle-ListRecords3.xml', onToken, { type: 'page', count: 2, end: 'more' }],
      [
        'sickle-ListRecords4.xml',
        onToken,
        { type: 'page', count: 2, end: 'unproved', bad: [{ code: 'ERR_OAI_NO_IDENTIFIER' }] },
      ],
      ['sickle-ListRecordsBroken.xml', fromStart, { type: 'broken', code: 'ERR_XML_NOT_XML' }],
      [
        'sickle-ListIdentifiers.xml',
        { ...fromStart, as: 'ListIdentifiers' },
        { type: 'page', items: [{ type: 'listed' }, { type: 'deleted' }] },
      ],
      [
        'sickle-GetRecord.xml',
        { ...fromStart, as: 'GetRecord' },
        { type: 'page', count: 1, end: 'proved', next: null },
      ],
      [
        'sickle-GetRecord_utf8test.xml',
        { ...fromStart, as: 'GetRecord' },
        { type: 'page', count: 1, bad: [] },
      ],
      ['sickle-noRecordsMatch.xml', fromStart, { type: 'nothing' }],
      ['sickle-badResumptionToken.xml', onToken, { type: 'restart' }],
      ['sickle-badArgument.xml', fromStart, { type: 'refused', cause: 'request' }],
      ['sickle-idDoesNotExist.xml', { ...fromStart, as: 'GetRecord' }, { type: 'absent' }],
      ['sickle-cannotDisseminateFormat.xml', fromStart, { type: 'refused', cause: 'request' }],
      ['sickle-noSetHierarchy.xml', fromStart, { type: 'refused', cause: 'request' }],
      ['sickle-undefinedError.xml', fromStart, { type: 'broken', code: 'ERR_OAI_UNKNOWN_ERROR' }],
      ['sickle-ListSets.xml', fromStart, { type: 'broken', code: 'ERR_OAI_NO_LIST' }],
    ])('%s', (name, request, expected) => {
      expect(read(source, request, readFileSync(`${folder}oai/${name}`))).toMatchObject(expected);
    });

    it('an Identify answer describes its repository', () => {
      const body = readFileSync(`${folder}oai/sickle-Identify.xml`);
      expect(
        source.readDescription({ url: '', status: 200, headers: {}, body, receivedAt: 0 }),
      ).toStrictEqual({
        earliest: '1970-01-01',
        granularity: 'day',
        earliestDatestamp: '1970-01-01T00:00:00Z',
      });
    });
  },
);

describe.skipIf(missing)(
  'recorded arXiv (skipped where the recordings are not beside the repository)',
  () => {
    const source = arxivSource({ id: 'arxiv' });
    const body = (name: string) => readFileSync(`${folder}arxiv-oai/${name}`);

    it('a list page gives every paper', () => {
      const reading = read(
        source,
        { url: '', as: 'ListRecords:arXiv', continues: false },
        body('invenio-sample_arxiv_response_listrecords_cs.xml'),
      );
      expect(reading).toMatchObject({ type: 'page', count: 46, end: 'proved', bad: [], repairs: [] });
      if (reading.type !== 'page') throw new Error('no page');
      expect(reading.items[1]).toMatchObject({
        id: '1111.1546',
        fields: {
          authors: [{ name: 'Tobias Brunsch' }, { name: 'Heiko Röglin' }],
          updated: '2015-01-15',
          published: null,
          categories: ['cs.DS'],
        },
      });
      expect(reading.items[2]).toMatchObject({
        fields: { authors: [{ name: 'Emilie Morvant', affiliation: 'LIF' }, {}, {}] },
      });
    });

    it('single records are read, whatever is odd about them', () => {
      const names = missing
        ? []
        : readdirSync(`${folder}arxiv-oai`).filter((name) => name.startsWith('hepcrawl'));
      expect(names.length).toBeGreaterThan(5);
      for (const name of names) {
        const reading = read(source, { url: '', as: 'GetRecord:arXiv', continues: false }, body(name));
        expect(reading, name).toMatchObject({ type: 'page', end: 'proved', bad: [] });
        if (reading.type === 'page')
          expect(reading.items.every((item) => item.type === 'paper' && item.fields.authors.length > 0)).toBe(
            true,
          );
      }
    });

    it('records without an answer around them are read as quarantined bytes, old ids included', () => {
      const dc = oaiPmhSource({ id: 'x', baseUrl: 'http://x/oai', metadataPrefix: 'oai_dc' });
      expect(dc.redrive(body('ads-hep-th_0408048.xml'), 'text/xml')).toMatchObject([
        {
          id: 'oai:arXiv.org:hep-th/0408048',
          fields: {
            title: 'An invitation to loop quantum gravity',
            doi: '10.1142/9789812702340_0078',
            published: '2004-08-05',
            updated: '2005-06-28',
            urls: { abstract: 'http://arxiv.org/abs/hep-th/0408048' },
            authors: [{ name: 'Smolin, Lee' }],
          },
        },
      ]);
    });
  },
);
