import { dayText, parseDay, daySeconds } from '../days.ts';
import type { PreprintCorpus, Publication } from './corpus.ts';

const pageSize = 100;

/** Answers `/pubs/{server}/{from}/{until}/{cursor}` and `/pubs/{server}/{doi}`: which preprints appeared where. */
export function pubs(corpus: PreprintCorpus, rest: readonly string[]): unknown {
  const none = { messages: [{ status: 'no articles found for published version of ' }], collection: [] };
  if (rest[0]?.startsWith('10.') === true) {
    const row = corpus.find(rest.slice(0, 2).join('/'));
    const one = row === undefined ? undefined : corpus.publication(corpus.versionRow(row).paper);
    return one === undefined ? none : { messages: [{ status: 'ok' }], collection: [link(corpus, one)] };
  }
  const [from = '', until = '', cursor = '0'] = rest;
  const first = parseDay(from);
  const last = parseDay(until);
  if (first === undefined || last === undefined || !/^\d+$/.test(cursor)) return none;
  const all = corpus.publications(first, last + daySeconds - 1);
  const page = all.slice(Number(cursor), Number(cursor) + pageSize);
  if (page.length === 0) return none;
  const message = {
    status: 'ok',
    interval: `${from}:${until}`,
    cursor: cursor === '0' ? 0 : cursor,
    count: page.length,
    total: String(all.length),
  };
  return { messages: [message], collection: page.map((publication) => link(corpus, publication)) };
}

function link(corpus: PreprintCorpus, publication: Publication): Readonly<Record<string, string>> {
  const row = corpus.row(publication.paper);
  return {
    preprint_doi: row.doi,
    published_doi: publication.doi,
    published_journal: 'Journal of Simulated Research',
    preprint_platform: row.server,
    preprint_title: row.title,
    preprint_authors: row.authors,
    preprint_category: row.category,
    preprint_date: row.date,
    published_date: dayText(publication.second),
    preprint_abstract: row.abstract,
    preprint_author_corresponding: row.author_corresponding,
    preprint_author_corresponding_institution: row.author_corresponding_institution,
  };
}
