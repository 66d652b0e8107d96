import type { FormatOptions, FormatWriter } from '../port.ts';
import { noteOf } from './bibtex.ts';
import type { Citation } from './citation.ts';
import { citationOf } from './citation.ts';
import type { PersonName } from './names.ts';

/** One reference a paper: `JOUR` where the journal is known, else `UNPB`. Deleted papers are left out. */
export function risWriter({ allVersions }: FormatOptions): FormatWriter {
  return {
    header: () => '',
    paper: (paper) => {
      const citation = citationOf(paper, allVersions);
      return citation === null ? '' : reference(citation);
    },
    footer: () => '',
  };
}

function reference(citation: Citation): string {
  const { journal, date, authors, keywords, arxiv } = citation;
  const [year, month, day] = date;
  const tags: (readonly [tag: string, value: string | null])[] = [
    ['TY', journal === null ? 'UNPB' : 'JOUR'],
    ['ID', citation.key],
    ['TI', citation.title],
    ...authors.map((name) => ['AU', nameOf(name)] as const),
    ['T2', journal],
    ['PY', year === undefined ? null : padded(year, 4)],
    ['DA', month === undefined ? null : [padded(year, 4), padded(month, 2), padded(day, 2), ''].join('/')],
    ['AB', citation.abstract],
    ...keywords.map((keyword) => ['KW', keyword] as const),
    ['DO', citation.doi],
    ['UR', citation.url],
    ['AN', arxiv === null ? null : `arXiv:${arxiv}`],
    ['N1', noteOf(citation)],
  ];
  const lines = tags.flatMap(([tag, value]) => (value === null ? [] : [`${tag}  - ${value}\r\n`]));
  return `${lines.join('')}ER  - \r\n\r\n`;
}

function nameOf(name: PersonName): string {
  return 'literal' in name ? name.literal : `${name.family}, ${name.given}`;
}

function padded(value: number | undefined, length: number): string {
  return value === undefined ? '' : String(value).padStart(length, '0');
}
