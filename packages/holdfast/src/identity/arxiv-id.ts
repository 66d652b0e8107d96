/** An arXiv identifier: always text, never a number. */
export interface ArxivId {
  /** The bare id, `2301.00001` or `hep-th/0408048`. */
  readonly id: string;
  /** Decimal digits without `v`; null when none was given. */
  readonly version: string | null;
}

const NEW_STYLE = /^(\d{2})(0[1-9]|1[0-2])\.(\d{4,6})$/;
const OLD_STYLE = /^([a-z]+(?:-[a-z]+)?)(?:\.[A-Za-z]{2})?\/(\d{2})(0[1-9]|1[0-2])(\d{3})$/;
const VERSION = /v([1-9]\d{0,3})$/i;
/** What stands before an id: a URL of arXiv, a DataCite DOI, an OAI identifier, or the word itself. */
const PREFIXES: readonly RegExp[] = [
  /^(?:https?:\/\/)?(?:[a-z0-9-]+\.)*arxiv\.org\/(?:abs|pdf|html|ps|format|src|e-print)\//i,
  /^(?:(?:https?:\/\/)?(?:dx\.)?doi\.org\/|doi:\s*)?10\.48550\/arxiv\./i,
  /^oai:arxiv\.org:/i,
  /^arxiv:\s*/i,
];

/**
 * Reads an arXiv id from text as people write it: bare, with `arXiv:`, as URL, DOI or OAI identifier, with or
 * without version. Ids that went through a number (a lost zero, a long fraction) fit no scheme and are refused.
 * Schemes: archive/YYMMNNN until 2007-03, YYMM.NNNN until 2014-12, YYMM.NNNNN (or six digits) since.
 * @returns null when the text is no arXiv id
 */
export function parseArxivId(text: string): ArxivId | null {
  const bare = stripPrefix(text.trim());
  const version = VERSION.exec(bare)?.[1] ?? null;
  const id = normaliseId(bare.replace(VERSION, ''));
  return id === null ? null : { id, version };
}

/** Whether the text is a bare arXiv id in its normal form. */
export function isArxivId(text: string): boolean {
  return normaliseId(text) === text;
}

/** The bare id in `oai:arXiv.org:<id>`; null for anything else, a version included. */
export function arxivIdOfOai(identifier: string): string | null {
  const match = /^oai:arXiv\.org:(.+)$/i.exec(identifier.trim());
  return match === null ? null : normaliseId(match[1] ?? '');
}

/** arXiv's OAI identifier of a bare id. */
export function oaiOfArxivId(id: string): string {
  return `oai:arXiv.org:${id}`;
}

function stripPrefix(text: string): string {
  const prefix = PREFIXES.map((pattern) => pattern.exec(text)?.[0]).find((found) => found !== undefined);
  if (prefix === undefined) return text;
  return text
    .slice(prefix.length)
    .replace(/[?#].*$/, '')
    .replace(/\/$/, '')
    .replace(/\.pdf$/i, '');
}

function normaliseId(text: string): string | null {
  return newStyle(text) ?? oldStyle(text);
}

function newStyle(text: string): string | null {
  const [, year = '', month = '', number = ''] = NEW_STYLE.exec(text) ?? [];
  if (number === '' || /^0+$/.test(number)) return null;
  const yearMonth = year + month;
  const fourDigits = yearMonth >= '0704' && yearMonth <= '1412';
  const fits = fourDigits ? number.length === 4 : yearMonth >= '1501' && /^(\d{5}|[1-9]\d{5})$/.test(number);
  return fits ? text : null;
}

/** The subject class is no part of an old id: `math.GT/0309136` is `math/0309136`. */
function oldStyle(text: string): string | null {
  const [, archive = '', year = '', month = '', number = ''] = OLD_STYLE.exec(text) ?? [];
  if (archive === '' || number === '000') return null;
  const yearMonth = year + month;
  return yearMonth >= '9107' || yearMonth <= '0703' ? `${archive}/${year}${month}${number}` : null;
}
