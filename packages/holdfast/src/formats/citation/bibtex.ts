import type { FormatOptions, FormatWriter } from '../port.ts';
import type { Citation } from './citation.ts';
import { citationOf } from './citation.ts';
import type { PersonName } from './names.ts';
import { texText } from './tex-text.ts';

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

/** One entry a paper: `@article` where the journal is known, else `@misc`. Deleted papers are left out. */
export function bibtexWriter({ allVersions }: FormatOptions): FormatWriter {
  return {
    header: () => '',
    paper: (paper) => {
      const citation = citationOf(paper, allVersions);
      return citation === null ? '' : entry(citation);
    },
    footer: () => '',
  };
}

function entry(citation: Citation): string {
  const { key, authors, date, arxiv, keywords, version, journal } = citation;
  const [year, month] = date;
  const fields: (readonly [name: string, value: string | null])[] = [
    ['author', authors.length === 0 ? null : braced(authors.map(author).join(' and '))],
    ['title', text(citation.title)],
    ['journal', text(journal)],
    ['year', year === undefined ? null : braced(String(year).padStart(4, '0'))],
    ['month', month === undefined ? null : (MONTHS[month - 1] ?? null)],
    ['eprint', arxiv === null ? null : braced(arxiv)],
    ['archiveprefix', arxiv === null ? null : braced('arXiv')],
    ['primaryclass', arxiv === null ? null : text(keywords[0] ?? null)],
    ['doi', verbatim(citation.doi)],
    ['url', verbatim(citation.url)],
    ['keywords', text(keywords.length === 0 ? null : keywords.join(', '))],
    ['version', text(version)],
    ['abstract', text(citation.abstract)],
    ['note', text(noteOf(citation))],
  ];
  const lines = fields.flatMap(([name, value]) => (value === null ? [] : [`  ${name} = ${value}`]));
  return `@${journal === null ? 'misc' : 'article'}{${[key, ...lines].join(',\n')}\n}\n\n`;
}

/** What stands beside a citation: the withdrawal first, then the authors' comment. */
export function noteOf({ withdrawn, comment }: Citation): string | null {
  const parts = [...(withdrawn ? ['Withdrawn'] : []), ...(comment === null ? [] : [comment])];
  return parts.length === 0 ? null : parts.join('. ');
}

/** A name that is not split, or that holds the word which separates names, stands in braces of its own. */
function author(name: PersonName): string {
  if ('literal' in name) return braced(texText(name.literal));
  const parts = `${texText(name.family)}, ${texText(name.given)}`;
  return /\band\b/i.test(parts) ? braced(parts) : parts;
}

function text(value: string | null): string | null {
  return value === null ? null : braced(texText(value));
}

/** Fields that TeX takes letter by letter: only what would break the entry is percent-encoded. */
function verbatim(value: string | null): string | null {
  return value === null ? null : braced(value.replace(/[\\{}]/g, encodeURIComponent));
}

function braced(value: string): string {
  return `{${value}}`;
}
