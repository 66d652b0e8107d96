import { parseArxivId } from '../identity/arxiv-id.ts';
import type { Values } from './mapped.ts';

const PLACES = [
  'doi',
  'link',
  'url',
  'arxiv_id',
  'pdf_url',
  'abs_url',
  'entry_id',
  'urls',
  'links',
  'oai',
] as const;
/** Only what says that it is an id of arXiv names one: a bare number may be damaged too. */
const SAYS_SO = /arxiv/i;

/** The arXiv ids that a line names in its links and DOIs, each once. */
export function arxivIdsIn(values: Values): readonly string[] {
  const texts = PLACES.flatMap((key) => textsIn(values[key]));
  const ids = texts.flatMap((text) => (SAYS_SO.test(text) ? (parseArxivId(text)?.id ?? []) : []));
  return [...new Set(ids)];
}

/** The texts in a value: itself, or those of a list or an object. */
export function textsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap((each) => (typeof each === 'string' ? [each] : linkIn(each)));
}

/** `{"href": "…"}`, as feeds write links. */
function linkIn(value: unknown): readonly string[] {
  if (typeof value !== 'object' || value === null) return [];
  const { href, url } = value as Record<string, unknown>;
  return [href, url].filter((each) => typeof each === 'string');
}
