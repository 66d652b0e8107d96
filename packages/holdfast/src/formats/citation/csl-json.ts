import type { FormatOptions, FormatWriter } from '../port.ts';
import { noteOf } from './bibtex.ts';
import type { Citation } from './citation.ts';
import { citationOf } from './citation.ts';

/** One array with an item a line: `article-journal` where the journal is known, else `article`. Deleted papers are left out. */
export function cslJsonWriter({ allVersions }: FormatOptions): FormatWriter {
  let isFirst = true;
  return {
    header: () => '[',
    paper: (paper) => {
      const citation = citationOf(paper, allVersions);
      if (citation === null) return '';
      const before = isFirst ? '\n' : ',\n';
      isFirst = false;
      return before + JSON.stringify(item(citation));
    },
    footer: () => '\n]\n',
  };
}

function item(citation: Citation): Record<string, unknown> {
  const { key, title, abstract, authors, doi, url, date, journal, keywords, arxiv, version } = citation;
  const values: Record<string, unknown> = {
    id: key,
    type: journal === null ? 'article' : 'article-journal',
    title,
    author: authors.length === 0 ? null : authors,
    'container-title': journal,
    issued: date.length === 0 ? null : { 'date-parts': [date] },
    abstract,
    DOI: doi,
    URL: url,
    archive: arxiv === null ? null : 'arXiv',
    archive_location: arxiv,
    keyword: keywords.length === 0 ? null : keywords.join(', '),
    version,
    status: citation.withdrawn ? 'withdrawn' : null,
    note: noteOf(citation),
  };
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null));
}
