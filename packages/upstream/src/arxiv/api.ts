import { secondText } from '../days.ts';
import type { Answer, Call } from '../page.ts';
import { authorLine } from '../text/authors.ts';
import { escapeXml } from '../text/escape.ts';
import type { ArxivCorpus } from './corpus.ts';

const feedHead =
  "<?xml version='1.0' encoding='UTF-8'?>\n" +
  '<feed xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/" xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns="http://www.w3.org/2005/Atom">\n';

/** Answers `/api/query`: id_list, start, max_results; any search_query matches every paper, the newest first. */
export function arxivApi(corpus: ArxivCorpus, call: Call): Answer {
  const { params } = call;
  for (const name of ['start', 'max_results']) {
    if (!/^\d*$/.test(params[name] ?? ''))
      return failure(call, 200, `incorrect_id_format_for_${name}`, `${name} must be an integer`);
  }
  const start = Number(params['start'] ?? 0);
  const wanted = Number(params['max_results'] ?? 10);
  if (start + wanted > 30_000)
    return failure(call, 400, 'max_results_too_large', 'start + max_results must not be above 30000');
  const ids = (params['id_list'] ?? '').split(',').filter((id) => id !== '');
  const malformed = ids.find((id) => !/^(\d{4}\.\d{4,6}|[a-z-]+(\.[A-Z]{2})?\/\d{7})(v\d+)?$/.test(id));
  if (malformed !== undefined)
    return failure(call, 400, `incorrect_id_format_for_${malformed}`, `incorrect id format for ${malformed}`);
  if (ids.length === 0 && (params['search_query'] ?? '') === '')
    return failure(call, 400, 'missing_query', 'no query given');
  const { rows, total } = ids.length > 0 ? byId(corpus, ids, start, wanted) : newest(corpus, start, wanted);
  return atom(200, rows, feed(call, corpus, rows, total, start, wanted));
}

function byId(
  corpus: ArxivCorpus,
  ids: readonly string[],
  start: number,
  wanted: number,
): { rows: number[]; total: number } {
  const rows = ids
    .map((id) => corpus.find(id.replace(/v\d+$/, '')))
    .filter((row): row is number => row !== undefined && corpus.list.isKnown(row));
  return { rows: rows.slice(start, start + wanted), total: rows.length };
}

function newest(corpus: ArxivCorpus, start: number, wanted: number): { rows: number[]; total: number } {
  const total = corpus.list.listed;
  const count = Math.max(0, Math.min(wanted, total - start));
  return { rows: Array.from({ length: count }, (_, i) => corpus.list.at(total - 1 - start - i)), total };
}

function feed(
  call: Call,
  corpus: ArxivCorpus,
  rows: readonly number[],
  total: number,
  start: number,
  wanted: number,
): string {
  const query = `search_query=${call.params['search_query'] ?? ''}&id_list=${call.params['id_list'] ?? ''}&start=${start}&max_results=${wanted}`;
  return [
    feedHead,
    `  <id>https://arxiv.org/api/sim${call.n}</id>\n  <title>arXiv Query: ${escapeXml(query)}</title>\n`,
    `  <updated>${secondText(call.now / 1000)}</updated>\n`,
    `  <link href="https://arxiv.org/api/query?${escapeXml(query)}" type="application/atom+xml"/>\n`,
    `  <opensearch:itemsPerPage>${wanted}</opensearch:itemsPerPage>\n  <opensearch:totalResults>${total}</opensearch:totalResults>\n`,
    `  <opensearch:startIndex>${start}</opensearch:startIndex>\n`,
    ...rows.map((row) => entry(corpus, row)),
    '</feed>\n',
  ].join('');
}

function entry(corpus: ArxivCorpus, row: number): string {
  const paper = corpus.paper(row);
  const name = `${paper.id}v${paper.versions.length}`;
  return [
    `  <entry>\n    <id>http://arxiv.org/abs/${name}</id>\n    <title>${escapeXml(paper.title.unicode)}</title>\n`,
    `    <updated>${secondText(paper.versions.at(-1)?.second ?? 0)}</updated>\n    <published>${secondText(paper.versions[0]?.second ?? 0)}</published>\n`,
    `    <link href="https://arxiv.org/abs/${name}" rel="alternate" type="text/html"/>\n`,
    `    <summary>${paper.abstractXml('unicode')}</summary>\n`,
    ...paper.categories.map(
      (category) => `    <category term="${category}" scheme="http://arxiv.org/schemas/atom"/>\n`,
    ),
    `    <arxiv:primary_category term="${paper.categories[0] ?? ''}"/>\n`,
    paper.doi === '' ? '' : `    <arxiv:doi>${escapeXml(paper.doi)}</arxiv:doi>\n`,
    paper.comments === '' ? '' : `    <arxiv:comment>${escapeXml(paper.comments)}</arxiv:comment>\n`,
    ...paper.authors.map(
      (author) => `    <author><name>${escapeXml(authorLine([author], 'unicode'))}</name></author>\n`,
    ),
    '  </entry>\n',
  ].join('');
}

function failure(call: Call, status: number, code: string, summary: string): Answer {
  const link = `http://arxiv.org/api/errors#${escapeXml(code)}`;
  const updated = secondText(call.now / 1000);
  const content =
    `${feedHead}  <id>${link}</id>\n  <title type="html">arXiv Search Results</title>\n  <updated>${updated}</updated>\n` +
    '  <opensearch:totalResults>1</opensearch:totalResults>\n  <opensearch:startIndex>0</opensearch:startIndex>\n  <opensearch:itemsPerPage>1</opensearch:itemsPerPage>\n' +
    `  <entry>\n    <id>${link}</id>\n    <title>Error</title>\n    <summary>${escapeXml(summary)}</summary>\n    <updated>${updated}</updated>\n` +
    `    <author><name>arXiv api core</name></author>\n    <link href="${link}" rel="alternate" type="text/html"/>\n  </entry>\n</feed>\n`;
  return atom(status, [], content);
}

function atom(status: number, rows: readonly number[], text: string): Answer {
  return {
    type: 'text',
    status,
    contentType: 'application/atom+xml; charset=utf-8',
    cache: 'none',
    rows,
    text,
  };
}
