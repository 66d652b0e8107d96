import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseReference } from './lookup.ts';

const first = (text: string): string => {
  const [found] = parseReference(text);
  return found === undefined ? '' : `${found.id}${found.version === undefined ? '' : ` v${found.version}`}`;
};

describe('what a person types', () => {
  it.each([
    ['2301.00001', '2301.00001'],
    ['arXiv:2301.00001v2', '2301.00001 v2'],
    ['https://arxiv.org/abs/2301.00001v3', '2301.00001 v3'],
    ['http://export.arxiv.org/pdf/2301.00001v1.pdf', '2301.00001 v1'],
    ['hep-th/0408048', 'hep-th/0408048'],
    ['oai:arXiv.org:hep-th/0408048', 'hep-th/0408048'],
    ['https://doi.org/10.48550/arXiv.2301.00001', '2301.00001'],
    ['(arXiv:2301.00001).', '2301.00001'],
    ['10.1101/2020.01.01.123456', '10.1101/2020.01.01.123456'],
    ['10.1101/2020.01.01.123456v2', '10.1101/2020.01.01.123456 v2'],
    ['10.64898/2026.07.31.741992', '10.64898/2026.07.31.741992'],
    ['10.1101/123456', '10.1101/123456'],
    ['https://doi.org/10.64898/2026.07.31.741992', '10.64898/2026.07.31.741992'],
    ['https://www.biorxiv.org/content/10.64898/2026.07.31.741992v2', '10.64898/2026.07.31.741992 v2'],
    [
      'https://www.biorxiv.org/content/10.1101/2020.01.01.123456v12.full.pdf+html',
      '10.1101/2020.01.01.123456 v12',
    ],
    ['https://www.medrxiv.org/content/10.1101/2020.01.01.20123456v1?rss=1', '10.1101/2020.01.01.20123456 v1'],
    ['www.biorxiv.org/content/10.1101/123456v1.abstract', '10.1101/123456 v1'],
    [
      'https://www.biorxiv.org/content/early/2020/01/02/2020.01.01.123456.source.xml',
      '10.1101/2020.01.01.123456',
    ],
    ['oai:example.org:1/2', 'oai:example.org:1/2'],
    ['', ''],
  ])('%j: %s', (text, expected) => {
    expect(first(text)).toBe(expected);
  });

  it('is ambiguous where the address leaves the prefix out', () => {
    expect(
      parseReference('https://www.biorxiv.org/content/early/2026/08/01/2026.07.31.741992')
        .map(({ id }) => id)
        .slice(0, 2),
    ).toEqual(['10.1101/2026.07.31.741992', '10.64898/2026.07.31.741992']);
  });

  it('offers a DOI in the case that was typed and in lower case', () => {
    expect(parseReference('doi:10.5555/AbC')).toEqual([
      { id: '10.5555/AbC' },
      { id: '10.5555/abc' },
      { id: 'doi:10.5555/AbC' },
    ]);
  });

  it('is always among the candidates as it stands, each once, and none is empty', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const found = parseReference(text);
        if (text.trim() === '') expect(found).toEqual([]);
        else expect(found).toContainEqual({ id: text.trim() });
        expect(new Set(found.map(({ id, version }) => JSON.stringify([id, version]))).size).toBe(
          found.length,
        );
        for (const { id, version } of found) {
          expect(id).not.toBe('');
          if (version !== undefined) expect(version).toMatch(/^\d+$/);
        }
      }),
      { seed: 20260106 },
    );
  });

  it('names the same preprint in all its forms', () => {
    const day = fc
      .date({ min: new Date('2019-01-01'), max: new Date('2030-01-01'), noInvalidDate: true })
      .map((date) => date.toISOString().slice(0, 10).replaceAll('-', '.'));
    fc.assert(
      fc.property(
        fc.constantFrom('10.1101', '10.64898'),
        day,
        fc.integer({ min: 100_000, max: 99_999_999 }),
        fc.integer({ min: 1, max: 30 }),
        fc.constantFrom('biorxiv', 'medrxiv'),
        (prefix, date, number, version, server) => {
          const id = `${prefix}/${date}.${number}`;
          for (const text of [
            id,
            `doi:${id}`,
            `https://doi.org/${id}`,
            `https://www.${server}.org/content/${id}`,
          ])
            expect(first(text)).toBe(id);
          for (const tail of ['', '.full', '.full.pdf', '.full-text', '.article-info', '/']) {
            expect(first(`https://www.${server}.org/content/${id}v${version}${tail}`)).toBe(
              `${id} v${version}`,
            );
          }
        },
      ),
      { seed: 20260107 },
    );
  });
});
