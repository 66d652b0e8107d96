import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ftsQuery } from '../../query/fts-query.ts';
import { parseQuery } from '../../query/parse-query.ts';
import type { Query } from '../../query/parse-query.ts';
import { stem } from '../../query/stem.ts';
import { openPlain } from './database.ts';

function openIndex() {
  const connection = openPlain(':memory:');
  connection.exec(`CREATE VIRTUAL TABLE search USING fts5 (title, abstract, authors, categories, tokenize = 'porter unicode61');
    CREATE VIRTUAL TABLE vocabulary USING fts5vocab (search, row)`);
  return connection;
}

test('nothing a person types is a syntax error of the index', () => {
  const connection = openIndex();
  connection.exec("INSERT INTO search VALUES ('a', 'b', 'c', 'd')");
  const pieces = fc.array(
    fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('"', ' OR ', ' NEAR(', '-', 'title:', '*', '^', '{', 'a', '\0'),
    ),
  );
  let asked = 0;
  fc.assert(
    fc.property(pieces, (list) => {
      let query: Query;
      try {
        query = parseQuery(list.join(''));
      } catch (error) {
        expect(error).toMatchObject({ code: 'ERR_QUERY' });
        return;
      }
      connection.all('SELECT rowid FROM search WHERE search MATCH ?', ftsQuery(query));
      asked += 1;
    }),
    { numRuns: 500 },
  );
  expect(asked).toBeGreaterThan(50);
  connection.close();
});

test('words are stemmed as the index stems them', () => {
  const stems =
    'relat condit ration valu digit vietnam oper feudal hope call form adjust depend adopt commun activ bowdler control roll gener quanti physi theor tan fil hopp fall fizz sky happ agre plaster mo si trouble y by say';
  const ends =
    ' s es ies ed ing eed e y ational tional enci anci izer bli alli entli eli ousli ization ation ator alism iveness fulness ousness aliti iviti biliti logi icate ative alize iciti ical ful ness al ance ence er ic able ible ant ement ment ent ion ou ism ate iti ous ive ize sion tion lled lling';
  const words = stems.split(' ').flatMap((start) => ends.split(' ').map((end) => start + end));
  const connection = openIndex();
  const wrong: string[] = [];
  for (const word of new Set(words)) {
    connection.exec('DELETE FROM search');
    connection.run("INSERT INTO search VALUES (?, '', '', '')", word);
    const term = connection.get('SELECT term FROM vocabulary')?.['term'];
    if (term !== stem(word)) wrong.push(`${word}: ${String(term)}, not ${stem(word)}`);
  }
  expect(wrong).toEqual([]);
  connection.close();
});
