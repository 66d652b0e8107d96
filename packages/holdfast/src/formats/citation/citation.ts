import { parseArxivId } from '../../identity/arxiv-id.ts';
import type { StoredPaper } from '../../model/paper.ts';
import type { PersonName } from './names.ts';
import { splitName } from './names.ts';

/** What a citation says of a paper, whatever its format. Texts are one line without control characters. */
export interface Citation {
  /** Unique in an export and the same in the next one. */
  readonly key: string;
  readonly title: string | null;
  readonly abstract: string | null;
  readonly authors: readonly PersonName[];
  readonly doi: string | null;
  readonly url: string | null;
  /** Year, and month and day where they are known. */
  readonly date: readonly number[];
  readonly journal: string | null;
  readonly keywords: readonly string[];
  readonly arxiv: string | null;
  readonly comment: string | null;
  readonly withdrawn: boolean;
  readonly version: string | null;
}

/** What a paper says to citation formats; null for a deleted one, which nobody should cite any more. */
export function citationOf({ source, fields }: StoredPaper, allVersions: boolean): Citation | null {
  if (fields.deleted) return null;
  const { id, version } = fields;
  return {
    key: citationKey(source, id, allVersions ? version : null),
    title: oneLine(fields.title),
    abstract: oneLine(fields.abstract),
    authors: fields.authors.flatMap(({ name }) => {
      const clean = oneLine(name);
      return clean === null ? [] : [splitName(clean)];
    }),
    doi: oneLine(fields.doi),
    url: linkOf(fields.urls),
    date: dateOf(fields.published ?? fields.updated),
    journal: oneLine(fields.journalRef),
    keywords: fields.categories.flatMap((category) => oneLine(category) ?? []),
    arxiv: arxivIdOf(id),
    comment: oneLine(fields.comment),
    withdrawn: fields.withdrawn,
    version,
  };
}

/**
 * `source:id`, with `_v2` behind it where every version has an entry. Bytes that a key cannot hold are `_` and two
 * hexadecimal digits, `_` itself is doubled: two records never share a key, and none needs to be remembered for that.
 */
export function citationKey(source: string, id: string, version: string | null): string {
  return `${safe(source)}:${safe(id)}${version === null ? '' : `_v${safe(version)}`}`;
}

function safe(text: string): string {
  return text.replace(/[^A-Za-z0-9.:/+-]/gu, (letter) =>
    letter === '_'
      ? '__'
      : [...Buffer.from(letter)]
          .map((byte) => `_${byte.toString(16).toUpperCase().padStart(2, '0')}`)
          .join(''),
  );
}

const UNCLEAN = /[\p{Cc}\u2028\u2029]| {2}|^\s|\s$/u;

/** Control characters, and those that some readers take for a line end, become spaces; null when nothing is left. */
export function oneLine(text: string | null): string | null {
  if (text === null || !UNCLEAN.test(text)) return text === '' ? null : text;
  const clean = text
    .replace(/[\p{Cc}\u2028\u2029]+/gu, ' ')
    .replace(/ {2,}/g, ' ')
    .trim();
  return clean === '' ? null : clean;
}

/** The page of the paper, else its first link; only what a browser may be sent to. */
function linkOf(urls: Readonly<Record<string, string>>): string | null {
  const { abstract, ...others } = urls;
  const link = [abstract, ...Object.values(others)].find(
    (url) => url !== undefined && /^https?:\/\//i.test(url),
  );
  return oneLine(link ?? null)?.replace(/[\s"<>\\^`{|}]/g, encodeURIComponent) ?? null;
}

function dateOf(text: string | null): readonly number[] {
  const [, year, month, day] = /^(\d{4})(?:-(\d\d)(?:-(\d\d))?)?(?!\d)/.exec(text ?? '') ?? [];
  if (year === undefined || Number(year) === 0) return [];
  const isMonth = month !== undefined && Number(month) >= 1 && Number(month) <= 12;
  if (!isMonth) return [Number(year)];
  const isDay = day !== undefined && Number(day) >= 1 && Number(day) <= 31;
  return [Number(year), Number(month), ...(isDay ? [Number(day)] : [])];
}

/** arXiv's id when the record is one of arXiv's: a bare id, or its OAI identifier. */
function arxivIdOf(id: string): string | null {
  const bare = id.replace(/^oai:arxiv\.org:/i, '');
  const parsed = parseArxivId(bare);
  return parsed !== null && parsed.id === bare ? bare : null;
}
