import { describe, expect, it } from 'vitest';
import { readXml } from '../../xml/index.ts';
import { readDublinCore } from './dublin-core.ts';
import { dublinCore } from './testing/oai-pages.ts';

const read = (elements: readonly (readonly [string, string])[]) =>
  readDublinCore('oai:x:1', readXml(dublinCore(elements)));
const readXmlFields = (xml: string) => readDublinCore('oai:x:1', readXml(xml));

describe('Dublin Core', () => {
  it('takes the first title alone, all creators and subjects, and the longest description', () => {
    expect(
      read([
        ['title', 'First'],
        ['title', 'Second'],
        ['creator', 'Doe, J.'],
        ['creator', ' '],
        ['creator', 'Roe, R.'],
        ['subject', 'a; b'],
        ['subject', 'c'],
        ['description', 'Short'],
        ['description', '  The long  abstract '],
      ]),
    ).toMatchObject({
      id: 'oai:x:1',
      version: null,
      title: 'First',
      abstract: 'The long abstract',
      authors: [{ name: 'Doe, J.' }, { name: 'Roe, R.' }],
      categories: ['a; b', 'c'],
    });
  });

  it('finds the DOI among the identifiers, whatever stands before it, and the addresses', () => {
    const identifiers = [
      'urn:nbn:1',
      'https://h/x.pdf',
      'https://h/1',
      'https://doi.org/10.1234/AbC',
      'doi:10.9/not',
      '10.5555/second',
    ];
    expect(read(identifiers.map((text) => ['identifier', text] as const))).toMatchObject({
      doi: '10.1234/AbC',
      urls: { abstract: 'https://h/1', pdf: 'https://h/x.pdf' },
    });
    expect(read([['identifier', 'info:doi/10.1234/5']]).doi).toBe('10.1234/5');
    expect(read([['identifier', 'http://h/10.1234/5']])).toMatchObject({
      doi: null,
      urls: { abstract: 'http://h/10.1234/5' },
    });
  });

  it('publishes on the earliest date, as precise as it is given, and updates on the latest', () => {
    const dates = (...texts: string[]) => {
      const { published, updated } = read(texts.map((text) => ['date', text] as const));
      return [published, updated];
    };
    expect(dates('2005-06-28', '2004-08-05T10:00:00Z', 'n.d.')).toStrictEqual(['2004-08-05', '2005-06-28']);
    expect(dates('1996')).toStrictEqual(['1996', null]);
    expect(dates('2012-05', '2012-05')).toStrictEqual(['2012-05', null]);
    expect(dates('c. 1900', '2012-13-01')).toStrictEqual([null, null]);
    expect(dates()).toStrictEqual([null, null]);
  });

  it('prefers a licence to other rights', () => {
    expect(
      read([
        ['rights', 'info:eu-repo/semantics/openAccess'],
        ['rights', 'http://creativecommons.org/licenses/by/4.0/'],
      ]).license,
    ).toMatch(/creativecommons/);
    expect(read([['rights', '(c) 2015']]).license).toBe('(c) 2015');
  });

  it('keeps markup inside a text as its text', () => {
    expect(readXmlFields('<dc><title>H<sub>2</sub>O &amp; <i>E. coli</i></title></dc>').title).toBe(
      'H2O & E. coli',
    );
  });
});

describe('other formats', () => {
  it('are read by common names, however deep they stand', () => {
    expect(
      readXmlFields(`<resource><identifier identifierType="DOI">10.5072/x</identifier>
        <creators><creator><creatorName>Doe, J.</creatorName><affiliation>A</affiliation></creator></creators>
        <titles><title>Data</title></titles><publicationYear>2014</publicationYear></resource>`),
    ).toMatchObject({ title: 'Data', doi: '10.5072/x', authors: [{ name: 'Doe, J.' }], published: '2014' });
  });

  it('leave everything else to the raw page', () => {
    expect(
      readXmlFields('<marc><datafield tag="245"><subfield>T</subfield></datafield></marc>'),
    ).toMatchObject({ title: null, authors: [] });
  });
});
