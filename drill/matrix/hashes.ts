import { createHash } from 'node:crypto';
import { check, type Check } from '../fault.ts';
import type { ExportedLine } from '../product/installation.ts';

/** The keys that are hashed, in their order: `id` to `urls` without `datestamp`. */
const HASHED = [
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
];

/** I3: the hash of every line is the SHA-256 of the line's own metadata, by the words of the contract. */
export function hashesHold(papers: readonly ExportedLine[]): Check {
  const wrong = papers.filter(
    (paper) => (paper as unknown as { readonly hash?: string }).hash !== hashOf(paper),
  );
  return check(
    'every hash is that of its line',
    wrong.length === 0,
    `${String(wrong.length)} of ${String(papers.length)} differ`,
    'I3',
  );
}

function hashOf(paper: ExportedLine): string {
  const line = paper as unknown as Readonly<Record<string, unknown>>;
  const json = JSON.stringify(Object.fromEntries(HASHED.map((key) => [key, line[key]])));
  return createHash('sha256').update(json).digest('hex');
}
