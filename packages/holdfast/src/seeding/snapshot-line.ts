import { arxivIdOfOai } from '../identity/arxiv-id.ts';
import { compareVersions } from '../model/knowledge.ts';
import { normalise } from '../model/normalise.ts';
import { authorsOfText } from './authors.ts';
import { dayOfText, stampOfText } from './dates.ts';
import { mendArxivId } from '../identity/damaged-arxiv-id.ts';
import { refused, textOf } from './mapped.ts';
import type { Home, Mapped, Values } from './mapped.ts';
import { arxivIdsIn } from './named-ids.ts';

const ARXIV: Home = { kind: 'arxiv' };

/** Whether a line has the keys of arXiv's snapshot. */
export function isSnapshotLine(values: Values): boolean {
  return 'update_date' in values || 'authors_parsed' in values || 'versions' in values;
}

interface Versions {
  readonly latest: string | null;
  readonly published: string | null;
  readonly updated: string | null;
}

/**
 * A line of arXiv's JSON-lines snapshot as a paper of its latest version. Titles and abstracts are TeX as they were
 * submitted, so they differ from what the harvest brings; whether a paper is withdrawn is not told.
 */
export function readSnapshotLine(values: Values): Mapped {
  const written = textOf(values['id']) ?? '';
  const versions = readVersions(values['versions']);
  const posted = versions.published?.slice(0, 7) ?? null;
  // Only a damaged id needs the others.
  const bare = arxivIdOfOai(written) ?? written;
  const plain = mendArxivId(bare, [], null);
  const named = 'refused' in plain || plain.repaired ? arxivIdsIn(values) : [];
  const found = named.length > 0 || posted !== null ? mendArxivId(bare, named, posted) : plain;
  if ('refused' in found) return refused('ERR_IMPORT_ID', found.refused, null, ARXIV);
  const { id, repaired } = found;
  const version = found.version ?? versions.latest;
  const title = textOf(values['title']);
  if (title === null || title.trim() === '') {
    return refused('ERR_IMPORT_NO_TITLE', 'The line has no title.', id, ARXIV);
  }
  const datestamp = stampOfText(textOf(values['update_date'])) ?? versions.updated;
  if (datestamp === null) {
    return refused('ERR_IMPORT_DATE', 'The line does not say when the record was updated.', id, ARXIV);
  }
  const fields = normalise({
    id,
    version,
    title,
    abstract: textOf(values['abstract']),
    authors: parsedAuthors(values['authors_parsed']) ?? authorsOfText(textOf(values['authors'])),
    categories: categoriesOf(values['categories']),
    doi: textOf(values['doi']),
    journalRef: textOf(values['journal-ref']),
    comment: textOf(values['comments']),
    published: versions.published,
    updated: versions.updated,
    license: textOf(values['license']),
    urls: { abstract: `https://arxiv.org/abs/${id}`, pdf: `https://arxiv.org/pdf/${id}` },
  });
  const unknown = version === null ? (['version', 'published', 'withdrawn'] as const) : NO_WITHDRAWAL;
  return {
    type: 'paper',
    home: ARXIV,
    repaired,
    item: { type: 'paper', id, datestamp, fields, unknown, imported: true },
  };
}

const NO_WITHDRAWAL = ['withdrawn'] as const;

function readVersions(value: unknown): Versions {
  let latest: string | null = null;
  let published: string | null = null;
  let updated: string | null = null;
  for (const each of Array.isArray(value) ? (value as unknown[]) : []) {
    const entry: Values = isObject(each) ? each : { version: each };
    const number = /^v?([1-9]\d{0,5})$/.exec(textOf(entry['version']) ?? '')?.[1];
    if (number === undefined) continue;
    const isLatest = latest === null || compareVersions(number, latest) > 0;
    if (number !== '1' && !isLatest) continue;
    const day = dayOfText(textOf(entry['created']));
    if (number === '1') published = day;
    if (!isLatest) continue;
    latest = number;
    updated = day;
  }
  return { latest, published, updated };
}

/** `[["Lovelace", "Ada", "Jr.", "London"], …]`: key name, forenames, suffix, affiliations. */
function parsedAuthors(value: unknown): { name: string; affiliation: string | null }[] | null {
  if (!Array.isArray(value) || value.length === 0) return null;
  const authors: { name: string; affiliation: string | null }[] = [];
  for (const author of value as unknown[]) {
    if (!Array.isArray(author)) return null;
    const [key = '', forenames = '', suffix = '', ...more] = author.map((part) => textOf(part) ?? '');
    const name = [forenames, key, suffix].filter((part) => part !== '').join(' ');
    const places = more.filter((part) => part !== '');
    authors.push({ name, affiliation: places.length === 0 ? null : places.join('; ') });
  }
  return authors;
}

function categoriesOf(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap((each) => categoriesOf(each));
  return (textOf(value) ?? '').split(/\s+/);
}

function isObject(value: unknown): value is Values {
  return typeof value === 'object' && value !== null;
}
