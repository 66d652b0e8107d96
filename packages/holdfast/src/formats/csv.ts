import type { StoredPaper } from '../model/paper.ts';
import type { FormatOptions, FormatWriter } from './port.ts';

type Cell = (paper: StoredPaper) => string | number | boolean | null;

/** The columns in their stable order; new ones are added at the end. Authors are names; their details are in JSONL. */
const COLUMNS: readonly (readonly [name: string, cell: Cell])[] = [
  ['seq', ({ seq }) => Number(seq)],
  ['source', ({ source }) => source],
  ['id', ({ fields }) => fields.id],
  ['version', ({ fields }) => fields.version],
  ['datestamp', ({ datestamp }) => datestamp],
  ['deleted', ({ fields }) => fields.deleted],
  ['withdrawn', ({ fields }) => fields.withdrawn],
  ['title', ({ fields }) => fields.title],
  ['abstract', ({ fields }) => fields.abstract],
  ['authors', ({ fields }) => fields.authors.map(({ name }) => name).join('; ')],
  ['categories', ({ fields }) => fields.categories.join('; ')],
  ['doi', ({ fields }) => fields.doi],
  ['journalRef', ({ fields }) => fields.journalRef],
  ['comment', ({ fields }) => fields.comment],
  ['published', ({ fields }) => fields.published],
  ['updated', ({ fields }) => fields.updated],
  ['license', ({ fields }) => fields.license],
  ['urls', ({ fields }) => JSON.stringify(fields.urls)],
  ['hash', ({ hash }) => hash],
  ['hashVersion', ({ hashVersion }) => hashVersion],
];

/** A header line and a line a paper, with the line ends of RFC 4180. */
export function csvWriter({ withSeq }: FormatOptions): FormatWriter {
  return {
    header: () => `${csvHeader(withSeq)}\r\n`,
    paper: (paper) => `${csvLine(paper, withSeq)}\r\n`,
    footer: () => '',
  };
}

function csvHeader(withSeq: boolean): string {
  return columns(withSeq)
    .map(([name]) => name)
    .join(',');
}

function csvLine(paper: StoredPaper, withSeq: boolean): string {
  return columns(withSeq)
    .map(([, cell]) => csvCell(cell(paper)))
    .join(',');
}

function columns(withSeq: boolean): typeof COLUMNS {
  return withSeq ? COLUMNS : COLUMNS.slice(1);
}

/**
 * One cell. Text that a spreadsheet would run as a formula is headed by an apostrophe, as OWASP advises ("CSV
 * injection"); control characters, which can hide such a beginning, are left out. Absent values are empty.
 */
export function csvCell(value: string | number | boolean | null): string {
  if (value === null) return '';
  if (typeof value !== 'string') return String(value);
  const text = value.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/g, '');
  const harmless = /^[\s\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]*[=+\-@＝＋－＠|\t\r]/u.test(text)
    ? `'${text}`
    : text;
  return /[",\r\n]/.test(harmless) || harmless !== harmless.trim()
    ? `"${harmless.replaceAll('"', '""')}"`
    : harmless;
}
