import type { Author, PaperFields } from './paper.ts';

/** Every run of white space but a single space, which would be replaced by itself: half of the time went into those. */
const WHITE = /[^\S ]\s*| \s+/g;
/** White space that is no single space, or NUL. */
const DIRTY = /[^\S ]| {2}|\0/;
const LONG = 200;
/** All that `DIRTY` finds in Latin-1. */
const FREQUENT = ['  ', '\t', '\r', '\n', '\v', '\f', '\u00a0', '\0'] as const;
const LATIN = /^[\0-\u00ff]*$/;

/**
 * White-space rules of the normalised fields, before hashing: NUL and lone surrogates become U+FFFD (stores
 * differ in what they do with them), every run of white space becomes one space, the ends are trimmed, and a
 * text that is empty then is null. Nothing else is changed; the raw page keeps the truth.
 */
export function cleanText(text: string | null | undefined): string | null {
  if (text === null || text === undefined) return null;
  // Lines that were wrapped are all that most texts need; the rest is looked for, which is faster than replaced.
  const unwrapped = text.trim().replaceAll('\n', ' ');
  const whole = unwrapped.isWellFormed() && !isDirty(unwrapped);
  const cleaned = whole
    ? unwrapped
    : text.replaceAll('\0', '\uFFFD').toWellFormed().replace(WHITE, ' ').trim();
  return cleaned === '' ? null : cleaned;
}

/** Looking for each of them is three times as fast in a long text, unless it has letters beyond Latin-1. */
function isDirty(text: string): boolean {
  if (text.length < LONG) return DIRTY.test(text);
  return FREQUENT.some((each) => text.includes(each)) || (!LATIN.test(text) && DIRTY.test(text));
}

/** What a source knows of a paper; everything left out is absent. */
export interface RawFields {
  readonly id: string;
  readonly version?: string | null;
  readonly deleted?: boolean;
  readonly withdrawn?: boolean;
  readonly title?: string | null;
  readonly abstract?: string | null;
  readonly authors?: readonly { name: string | null; orcid?: string | null; affiliation?: string | null }[];
  readonly categories?: readonly (string | null)[];
  readonly doi?: string | null;
  readonly journalRef?: string | null;
  readonly comment?: string | null;
  readonly published?: string | null;
  readonly updated?: string | null;
  readonly license?: string | null;
  readonly urls?: Readonly<Record<string, string | null>>;
}

/** Applies the white-space rules to all fields and puts keys into their fixed order. Identifiers stay as given. */
export function normalise(raw: RawFields): PaperFields {
  return {
    id: raw.id,
    version: raw.version ?? null,
    deleted: raw.deleted ?? false,
    withdrawn: raw.withdrawn ?? false,
    title: cleanText(raw.title),
    abstract: cleanText(raw.abstract),
    authors: (raw.authors ?? []).flatMap(cleanAuthor),
    categories: [...new Set((raw.categories ?? []).map(cleanText).filter((text) => text !== null))],
    doi: cleanText(raw.doi),
    journalRef: cleanText(raw.journalRef),
    comment: cleanText(raw.comment),
    published: cleanText(raw.published),
    updated: cleanText(raw.updated),
    license: cleanText(raw.license),
    urls: sortedUrls(raw.urls ?? {}),
  };
}

function cleanAuthor(author: {
  name: string | null;
  orcid?: string | null;
  affiliation?: string | null;
}): Author[] {
  const name = cleanText(author.name);
  if (name === null) return [];
  const orcid = cleanText(author.orcid);
  const affiliation = cleanText(author.affiliation);
  return [{ name, ...(orcid === null ? {} : { orcid }), ...(affiliation === null ? {} : { affiliation }) }];
}

/** Links by role, keys sorted, absent ones left out. */
export function sortedUrls(urls: Readonly<Record<string, string | null>>): Record<string, string> {
  const pairs = Object.entries(urls).flatMap(([role, url]) => {
    const text = cleanText(url);
    return text === null ? [] : ([[role, text]] as const);
  });
  return Object.fromEntries(pairs.sort(([a], [b]) => (a < b ? -1 : 1)));
}
