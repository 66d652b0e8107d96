import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { normalise } from '../model/normalise.ts';
import type { RawFields } from '../model/normalise.ts';
import { linkKeys } from './link-keys.ts';

const keys = (fields: Partial<RawFields>): readonly string[] => linkKeys(normalise({ id: 'x', ...fields }));

const arxivIds = fc
  .tuple(
    fc.integer({ min: 15, max: 40 }),
    fc.integer({ min: 1, max: 12 }),
    fc.integer({ min: 1, max: 99_999 }),
  )
  .map(([year, month, number]) => {
    const two = (value: number): string => String(value).padStart(2, '0');
    return `${two(year)}${two(month)}.${String(number).padStart(5, '0')}`;
  });
const dois = fc
  .tuple(
    fc.integer({ min: 1000, max: 99_999 }),
    fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._/()-]{0,30}[A-Za-z0-9]$/),
  )
  .map(([registrant, suffix]) => `10.${String(registrant)}/${suffix}`)
  .filter((doi) => !/^10\.(48550|1101|64898)\//.test(doi));

describe('the names of a work', () => {
  it('are the same for an arXiv id in whatever form a record names it', () => {
    const forms: readonly ((id: string) => Partial<RawFields>)[] = [
      (id) => ({ id }),
      (id) => ({ id: `oai:arXiv.org:${id}` }),
      (id) => ({ doi: `10.48550/arXiv.${id}` }),
      (id) => ({ doi: `https://doi.org/10.48550/ARXIV.${id}` }),
      (id) => ({ urls: { any: `http://arxiv.org/abs/${id}v3` } }),
      (id) => ({ urls: { any: `https://doi.org/10.48550/arXiv.${id}` } }),
    ];
    fc.assert(
      fc.property(arxivIds, fc.constantFrom(...forms), (id, form) => {
        expect(keys(form(id))).toEqual([`arxiv:${id}`]);
      }),
    );
  });

  it('are the same for a DOI, without case, as id, as field, as journal address and among several', () => {
    fc.assert(
      fc.property(dois, (doi) => {
        const expected = [`doi:${doi.toLowerCase()}`];
        expect(keys({ id: doi })).toEqual(expected);
        expect(keys({ doi: doi.toUpperCase() })).toEqual(expected);
        expect(keys({ urls: { journal: `https://doi.org/${doi}` } })).toEqual(expected);
        expect(keys({ doi: `${doi} 10.1000/other` })).toContain(expected[0]);
      }),
    );
  });

  it('of a preprint leave out the version of the page that its DOI was copied from', () => {
    expect(keys({ doi: '10.1101/2020.01.01.123456v2' })).toEqual(['doi:10.1101/2020.01.01.123456']);
    expect(keys({ doi: '10.64898/2025.12.01.123456v11' })).toEqual(['doi:10.64898/2025.12.01.123456']);
    expect(keys({ doi: '10.1101/gr.123456v2' })).toEqual(['doi:10.1101/gr.123456v2']);
  });

  it('are none of what only looks like an identifier', () => {
    for (const id of ['oai:lib:2301.00001', '2301.1', '10.48550/arXiv.9999', 'constructor']) {
      expect([id, keys({ id })]).toEqual([id, []]);
    }
    expect(keys({ urls: { x: 'javascript:10.1234/x', y: 'https://example.org/10.1234/x' } })).toEqual([]);
  });

  it('never throw, are sorted, each once, and depend on nothing but the fields', () => {
    const texts = fc.oneof(fc.string({ unit: 'binary' }), dois, arxivIds);
    const raw = fc.record({
      id: texts,
      doi: fc.option(texts),
      title: fc.option(texts),
      published: fc.option(texts),
      authors: fc.array(fc.record({ name: texts }), { maxLength: 2 }),
      urls: fc.dictionary(fc.string(), texts, { maxKeys: 3 }),
    });
    fc.assert(
      fc.property(raw, (fields) => {
        const found = keys(fields);
        expect(found).toEqual([...new Set(found)].sort());
        for (const key of found) expect(key).toMatch(/^(arxiv|doi|title):./s);
        expect(keys(fields)).toEqual(found);
      }),
    );
  });
});

describe('the guess at a work', () => {
  const base = {
    title: 'Über die Stabilität langer Läufe',
    authors: [{ name: 'Élise van Beethoven' }],
    published: '2023-01-05',
  };
  const [own = ''] = keys(base);

  it('is the same whatever case, accents, punctuation and order of names a source uses', () => {
    expect(own).toMatch(/^title:[0-9a-f]{24}$/);
    for (const other of [
      { title: '“Uber die stabilitat — langer Laufe!”' },
      { authors: [{ name: 'van Beethoven, E.' }] },
      { authors: [{ name: 'BEETHOVEN, Elise' }, { name: 'Somebody Else' }] },
      { published: '2023-12' },
    ])
      expect(keys({ ...base, ...other })).toEqual([own]);
  });

  it('differs by title, by first author and by year, and is not made of too little', () => {
    for (const other of [
      { title: 'Über die Stabilität kurzer Läufe' },
      { authors: [{ name: 'Clara Schumann' }] },
      { published: '2024-01-05' },
    ])
      expect(keys({ ...base, ...other })).not.toEqual([own]);
    for (const too of [{ title: 'Editorial' }, { title: null }, { authors: [] }, { published: null }])
      expect(keys({ ...base, ...too })).toEqual([]);
  });
});
