import { createHash } from 'node:crypto';
import type { PaperFields } from '../model/paper.ts';
import { arxivIdOfOai, isArxivId, parseArxivId } from './arxiv-id.ts';
import { doiKey, isDoi, parseDoi } from './doi.ts';

/** Begins the keys that are guesses: same title, first author and year. */
export const GUESS = 'title:';

/** What identifies a paper beyond its source. */
export type Linkable = Pick<PaperFields, 'id' | 'title' | 'authors' | 'doi' | 'published' | 'urls'>;

/** A DOI of bioRxiv or medRxiv with the version of the page that it was copied from. */
const VERSIONED = /^(10\.(?:1101|64898)\/(?:\d{4}\.\d{2}\.\d{2}\.)?\d{6,8})v\d+$/;
const ARXIV_DOI = /^10\.48550\/arxiv\./;
const ADDRESS = /^https?:\/\//i;
/** A shorter title (`Editorial`, `Erratum`) is that of many papers. */
const FEWEST_WORDS = 3;
const FEWEST_LETTERS = 16;

/**
 * The names by which a record is known elsewhere, sorted, each once: `arxiv:<id>`, `doi:<doi in lower case>`, and as a
 * guess `title:<hash>`. From its own id, its DOIs and its addresses; of what kind its source is plays no part.
 */
export function linkKeys(fields: Linkable): readonly string[] {
  const named = [
    ...ofId(fields.id),
    ...(fields.doi ?? '').split(/\s+/).flatMap(ofDoi),
    ...Object.values(fields.urls).flatMap(ofAddress),
  ];
  return [...new Set([...named, ...guess(fields)])].sort();
}

function ofId(id: string): readonly string[] {
  const arxiv = isArxivId(id) ? id : arxivIdOfOai(id);
  if (arxiv !== null) return [`arxiv:${arxiv}`];
  return isDoi(id) ? ofDoi(id) : [];
}

function ofDoi(text: string): readonly string[] {
  const doi = parseDoi(text);
  if (doi === null) return [];
  const key = doiKey(doi);
  // arXiv's own DOIs are another spelling of its ids; what only looks like one names nothing.
  if (ARXIV_DOI.test(key)) return ofArxiv(doi);
  return [`doi:${key.replace(VERSIONED, '$1')}`];
}

function ofAddress(address: string): readonly string[] {
  if (!ADDRESS.test(address)) return [];
  const arxiv = ofArxiv(address);
  return arxiv.length > 0 ? arxiv : ofDoi(address);
}

function ofArxiv(text: string): readonly string[] {
  const found = parseArxivId(text);
  return found === null ? [] : [`arxiv:${found.id}`];
}

function guess({ title, authors, published }: Linkable): readonly string[] {
  const words = wordsOf(title ?? '');
  const family = familyName(authors[0]?.name ?? '');
  const year = /^\d{4}/.exec(published ?? '')?.[0];
  const isTelling = words.length >= FEWEST_WORDS && words.join('').length >= FEWEST_LETTERS;
  if (!isTelling || family === '' || year === undefined) return [];
  const text = JSON.stringify([words.join(' '), family, year]);
  return [GUESS + createHash('sha256').update(text).digest('hex').slice(0, 24)];
}

/** Letters and digits alone, without case and accents: sources differ in everything else. */
function wordsOf(text: string): readonly string[] {
  const plain = text
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase();
  return plain.match(/[\p{L}\p{N}]+/gu) ?? [];
}

/** `Lovelace` of `Ada Lovelace`, `Lovelace, A.` and `van Lovelace, A`: the last word of the family's part. */
function familyName(name: string): string {
  const comma = name.indexOf(',');
  return wordsOf(comma < 0 ? name : name.slice(0, comma)).at(-1) ?? '';
}
