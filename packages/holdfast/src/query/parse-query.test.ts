import fc from 'fast-check';
import { expect, test } from 'vitest';
import { normalise } from '../model/normalise.ts';
import { ftsQuery } from './fts-query.ts';
import { matchesQuery } from './match-query.ts';
import { parseQuery } from './parse-query.ts';

test.for([
  ['dark matter', '("dark" AND "matter")'],
  ['"dark matter" -axion', '(("dark matter") NOT ("axion"))'],
  ['dark OR axion halo', '("dark") OR ("axion" AND "halo")'],
  ['gravit* title:"black hole"*', '("gravit" * AND {title} : "black hole" *)'],
  ['author:Weiß category:gr-qc', '({authors} : "Weiß" AND {categories} : "gr-qc")'],
  ['author: "Weiß" category:  gr-qc', '({authors} : "Weiß" AND {categories} : "gr-qc")'],
  ['AUTHOR: Weiß arXiv: 5', '({authors} : "Weiß" AND "arXiv:" AND "5")'],
  ['doi:10.1/x or', '("doi:10.1/x" AND "or")'],
  ['-title:x y', '(("y") NOT ({title} : "x"))'],
  ['a!b ??? ) "c"', '("a!b" AND "c")'],
] as const)('%s is understood', ([query, expression]) => {
  expect(ftsQuery(parseQuery(query))).toBe(expression);
});

test.for([
  ['dark "matter', 6],
  ['"', 1],
  ['', 1],
  ['   ', 4],
  ['-axion', 7],
  ['dark OR', 8],
  ['OR dark', 8],
  ['??? !!!', 8],
] as const)('%j is refused and the place is named', ([query, place]) => {
  expect(() => parseQuery(query)).toThrow(
    expect.objectContaining({
      code: 'ERR_QUERY',
      message: expect.stringContaining(`at character ${place}:`) as string,
    }),
  );
});

test('any text is either refused or understood, and quoted as a whole', () => {
  const pieces = fc.array(
    fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('"', ' OR ', '-', 'title:', '*', 'a', '\0')),
  );
  fc.assert(
    fc.property(pieces, (list) => {
      try {
        const expression = ftsQuery(parseQuery(list.join('')));
        expect((expression.match(/"/g) ?? []).length % 2).toBe(0);
        expect(expression).not.toContain('\0');
      } catch (error) {
        expect(error).toMatchObject({ code: 'ERR_QUERY' });
      }
    }),
  );
});

test('the simple matcher folds case, accents and endings as the index does', () => {
  const fields = normalise({ id: 'a', title: 'Été of Running Galaxies', authors: [{ name: 'Ünal' }] });
  for (const query of ['ete', 'GALAXY', 'runs', 'author:unal', '"running galaxies"', 'gala*']) {
    expect([query, matchesQuery(parseQuery(query), fields)]).toEqual([query, true]);
  }
  for (const query of ['author:galaxy', '"galaxies running"', 'ete -galaxy', 'summer']) {
    expect([query, matchesQuery(parseQuery(query), fields)]).toEqual([query, false]);
  }
});
