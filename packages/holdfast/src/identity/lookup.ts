import { parseArxivId } from './arxiv-id.ts';
import { doiKey, parseDoi } from './doi.ts';

/** What a look-up may find: a record's identifier and, when one was named, its version (digits without `v`). */
export interface Candidate {
  readonly id: string;
  readonly version?: string;
}

const PREPRINT_URL = /^(?:https?:\/\/)?(?:[\w-]+\.)?(?:biorxiv|medrxiv)\.org\/content\/([^?#]+)/i;
/** Prefixes under which bioRxiv and medRxiv register. */
const PREPRINT_PREFIXES = ['10.1101', '10.64898'];
const PREPRINT_SUFFIX = /^((?:\d{4}\.\d{2}\.\d{2}\.)?\d{6,8})(?:v(\d+))?(?:\.[a-z][\w.+-]*)?$/i;

/**
 * What a person may have meant who typed an identifier or pasted an address: arXiv and bioRxiv URLs with their
 * versions, `arXiv:` and `doi:` forms, OAI identifiers, or an identifier as it is stored. The likeliest first, each
 * once; the text itself is always among them, since identifiers are stored as given.
 */
export function parseReference(text: string): readonly Candidate[] {
  const typed = text.trim();
  if (typed === '') return [];
  const doi = parseDoi(typed);
  const found = [
    ...arxiv(typed),
    ...preprintPage(typed),
    ...(doi === null ? [] : fromDoi(doi)),
    { id: typed },
  ];
  const seen = new Set<string>();
  return found.filter(({ id, version }) => {
    const key = `${id} ${version ?? ''}`;
    return !seen.has(key) && seen.add(key);
  });
}

function arxiv(text: string): Candidate[] {
  const found = parseArxivId(text) ?? parseArxivId(text.replace(/^[<("'[]+|[>)"'\].,;:]+$/g, ''));
  return found === null ? [] : [{ id: found.id, ...versioned(found.version) }];
}

/** `/content/10.1101/<suffix>v2.full.pdf` and the older `/content/early/2020/01/02/<suffix>`, which omits the prefix. */
function preprintPage(text: string): Candidate[] {
  const parts = PREPRINT_URL.exec(text)?.[1]?.split('/') ?? [];
  const prefix = parts.find((part) => PREPRINT_PREFIXES.includes(part));
  const match = parts.map((part) => PREPRINT_SUFFIX.exec(part)).find((found) => found !== null);
  if (match === undefined) return [];
  const [, suffix = '', version] = match;
  return (prefix === undefined ? PREPRINT_PREFIXES : [prefix]).map((each) => ({
    id: `${each}/${suffix}`,
    ...versioned(version),
  }));
}

/** A preprint's DOI may carry the version of the page that it was copied from. */
function fromDoi(doi: string): Candidate[] {
  const slash = doi.indexOf('/');
  const prefix = doi.slice(0, slash);
  const [, suffix = '', version] =
    (PREPRINT_PREFIXES.includes(prefix) ? PREPRINT_SUFFIX.exec(doi.slice(slash + 1)) : null) ?? [];
  const split = version === undefined ? [] : [{ id: `${prefix}/${suffix}`, version }];
  return [...split, { id: doi }, { id: doiKey(doi) }];
}

function versioned(version: string | null | undefined): { version?: string } {
  return version === null || version === undefined ? {} : { version };
}
