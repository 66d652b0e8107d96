import { normalise } from '../../model/normalise.ts';
import type { PaperFields } from '../../model/paper.ts';
import type { XmlNode } from '../../xml/index.ts';
import { childText, textOf } from '../../xml/index.ts';

/**
 * Local names by meaning, in the order of preference: Dublin Core's, and those that other formats commonly use.
 * What a format keeps elsewhere stays in the raw page.
 */
const NAMES = {
  title: ['title'],
  author: ['creator', 'author'],
  subject: ['subject', 'keyword'],
  description: ['abstract', 'description'],
  identifier: ['identifier', 'doi'],
  date: ['date', 'issued', 'dateIssued', 'publicationYear'],
  rights: ['rights', 'license', 'licence'],
} as const;

const ALL_NAMES: ReadonlySet<string> = new Set(Object.values(NAMES).flat());
const DOI = /^(?:doi:\s*|info:doi\/|https?:\/\/(?:dx\.)?doi\.org\/)?(10\.\d{4,9}\/\S+)$/i;

/**
 * The normalised fields of any metadata format, by the local names of its elements. The first title is the
 * title; of several descriptions the longest is the abstract; the earliest date is the first publication, the
 * latest one, if it differs, the last change.
 */
export function readDublinCore(id: string, metadata: XmlNode): PaperFields {
  const found = new Map<string, string[]>();
  gather(metadata, found);
  const texts = (meaning: keyof typeof NAMES): readonly string[] =>
    NAMES[meaning].flatMap((name) => found.get(name) ?? []);
  const identifiers = texts('identifier').map((text) => text.trim());
  const dates = texts('date').flatMap(readDate).sort();
  const [published = null, updated = null] = [dates.at(0), dates.length > 1 ? dates.at(-1) : null];
  return normalise({
    id,
    title: texts('title')[0] ?? null,
    abstract: longest(found.get('abstract') ?? found.get('description') ?? []),
    authors: texts('author').map((name) => ({ name })),
    categories: texts('subject'),
    doi: identifiers.flatMap((text) => DOI.exec(text)?.[1] ?? [])[0] ?? null,
    published,
    updated: updated === published ? null : updated,
    license: licenseOf(texts('rights')),
    urls: urlsOf(identifiers),
  });
}

/** The fifteen elements of simple Dublin Core (version 1.1). */
const ELEMENTS: ReadonlySet<string> = new Set(
  'title creator subject description publisher contributor date type format identifier source language relation coverage rights'.split(
    ' ',
  ),
);

/** Whether metadata that calls itself simple Dublin Core holds elements of another vocabulary. */
export function hasForeignElements(metadata: XmlNode): boolean {
  return metadata.name === 'dc' && metadata.children.some((child) => !ELEMENTS.has(child.name));
}

/** Collects texts by local name, in the order of the document, without looking into what was already taken. */
function gather(node: XmlNode, found: Map<string, string[]>): void {
  for (const child of node.children) {
    if (!ALL_NAMES.has(child.name)) {
      gather(child, found);
      continue;
    }
    const text = personName(child) ?? textOf(child);
    if (text.trim() === '') continue;
    const texts = found.get(child.name);
    if (texts === undefined) found.set(child.name, [text]);
    else texts.push(text);
  }
}

/** The name inside a structured author, such as DataCite's `<creator><creatorName>`. */
function personName(node: XmlNode): string | null {
  if (node.children.length === 0) return null;
  return childText(node, 'creatorName') ?? childText(node, 'name') ?? childText(node, 'keyname');
}

function longest(texts: readonly string[]): string | null {
  return texts.reduce<string | null>(
    (best, text) => (best === null || text.trim().length > best.length ? text.trim() : best),
    null,
  );
}

/** A date as precise as it is given; times are cut off, other texts are none. */
function readDate(text: string): readonly string[] {
  const date = /^(\d{4}(?:-\d{2}(?:-\d{2})?)?)(?:[T ].*)?$/.exec(text.trim())?.[1];
  return date === undefined || Number.isNaN(Date.parse(date)) ? [] : [date];
}

/** A licence by name or address before any other statement of rights. */
function licenseOf(rights: readonly string[]): string | null {
  return rights.find((text) => /creativecommons|licen[cs]e/i.test(text)) ?? rights[0] ?? null;
}

function urlsOf(identifiers: readonly string[]): Record<string, string | null> {
  const links = identifiers.filter((text) => /^https?:\/\/\S+$/i.test(text) && !DOI.test(text));
  const isPdf = (url: string): boolean => /\.pdf($|[?#])/i.test(url);
  return { abstract: links.find((url) => !isPdf(url)) ?? null, pdf: links.find(isPdf) ?? null };
}
