import { createHash } from 'node:crypto';
import type { PaperFields } from './paper.ts';

/** Rises when the normaliser changes; a change of it is not a new version of any paper. */
export const HASH_VERSION = 1;

/**
 * The compact JSON of the hashed keys, `id` to `urls` without `datestamp`, in their fixed order. Authors keep
 * the key order `name, orcid, affiliation`.
 */
export function canonicalJson(fields: PaperFields): string {
  return JSON.stringify(
    [
      'id',
      'version',
      'deleted',
      'withdrawn',
      'title',
      'abstract',
      'authors',
      'categories',
      'doi',
      'journalRef',
      'comment',
      'published',
      'updated',
      'license',
      'urls',
    ].reduce<Record<string, unknown>>((ordered, key) => {
      ordered[key] = fields[key as keyof PaperFields];
      return ordered;
    }, {}),
  );
}

/** SHA-256 (lower-case hex) of `canonicalJson` in UTF-8. */
export function hashPaper(fields: PaperFields): string {
  return createHash('sha256').update(canonicalJson(fields)).digest('hex');
}
