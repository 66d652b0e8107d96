import { HASH_VERSION, hashPaper } from '../model/hash.ts';
import { normalise } from '../model/normalise.ts';
import type { PaperFields } from '../model/paper.ts';
import { stampOfText } from './dates.ts';
import { homeOfId } from './home-of-id.ts';
import { refused } from './mapped.ts';
import type { Mapped, Values } from './mapped.ts';

/** Whether a line has the keys that only our own export writes together. */
export function isExportLine(values: Values): boolean {
  return 'hash' in values && 'hashVersion' in values && 'datestamp' in values;
}

/** A line of our own export (docs/record-format.md): taken only when its content has the hash that it names. */
export function readExportLine(values: Values): Mapped {
  const { id, source, hash, hashVersion, datestamp } = values;
  if (typeof id !== 'string' || id === '') return refused('ERR_IMPORT_ID', 'The line has no identifier.');
  const home = {
    kind: homeOfId(id, '')?.kind ?? null,
    ...(typeof source === 'string' ? { source } : {}),
  };
  const fields = fieldsOf(id, values);
  if (fields === null) {
    return refused('ERR_IMPORT_SHAPE', 'The line lacks keys of the record format.', id, home);
  }
  // Numbers may come as the text that they stood as.
  if (String(hashVersion) !== String(HASH_VERSION)) {
    const reason = `The hash is of version ${String(hashVersion).slice(0, 20)}, which cannot be checked here.`;
    return refused('ERR_IMPORT_HASH_VERSION', reason, id, home);
  }
  if (hashPaper(fields) !== hash) {
    return refused('ERR_IMPORT_HASH', 'The content does not have the hash that the line names.', id, home);
  }
  const stamp = stampOfText(typeof datestamp === 'string' ? datestamp : null);
  if (stamp === null) return refused('ERR_IMPORT_DATE', 'The datestamp is no date.', id, home);
  return {
    type: 'paper',
    home,
    repaired: false,
    item: { type: 'paper', id, datestamp: stamp, fields, unknown: [], imported: true },
  };
}

const TEXTS = [
  'version',
  'title',
  'abstract',
  'doi',
  'journalRef',
  'comment',
  'published',
  'updated',
  'license',
] as const;

/** The content by the rules of today's normaliser: what was written by them comes out as it was. */
function fieldsOf(id: string, values: Values): PaperFields | null {
  const { deleted, withdrawn, authors, categories, urls } = values;
  if (typeof deleted !== 'boolean' || typeof withdrawn !== 'boolean') return null;
  if (!Array.isArray(authors) || !Array.isArray(categories) || !isObject(urls)) return null;
  if (TEXTS.some((key) => values[key] !== null && typeof values[key] !== 'string')) return null;
  if (!categories.every((each) => typeof each === 'string')) return null;
  if (!Object.values(urls).every((each) => typeof each === 'string')) return null;
  if (!authors.every(isAuthor)) return null;
  const text = (key: (typeof TEXTS)[number]): string | null => values[key] as string | null;
  return normalise({
    ...Object.fromEntries(TEXTS.map((key) => [key, text(key)])),
    id,
    deleted,
    withdrawn,
    authors,
    categories,
    urls: urls as Record<string, string>,
  });
}

function isAuthor(value: unknown): value is { name: string; orcid?: string; affiliation?: string } {
  if (!isObject(value) || typeof value['name'] !== 'string') return false;
  return ['orcid', 'affiliation'].every((key) => !(key in value) || typeof value[key] === 'string');
}

function isObject(value: unknown): value is Values {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
