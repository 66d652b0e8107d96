import type { Change } from './paper.ts';

/**
 * One row of the change feed as a line of JSON without the line end: what `holdfast feed` prints and what proofs hash.
 * Fixed keys in a fixed order, compact, UTF-8; every value but `seq`, `hashVersion` and `at` is text or null.
 */
export function feedLine({
  seq,
  kind,
  source,
  id,
  version,
  datestamp,
  hash,
  hashVersion,
  at,
}: Change): string {
  return JSON.stringify({
    seq: Number(seq),
    kind,
    source,
    id,
    version,
    datestamp,
    hash,
    hashVersion,
    at,
  });
}
