import type { Change } from './paper.ts';

/** Texts that JSON writes as they are. */
const PLAIN = /^[ !#-[\]-~]*$/;

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
  // A template is twice as fast as the JSON of an object.
  return `{"seq":${seq},"kind":"${kind}","source":${quoted(source)},"id":${quoted(id)},"version":${quoted(version)},"datestamp":${quoted(datestamp)},"hash":${quoted(hash)},"hashVersion":${hashVersion},"at":${at}}`;
}

function quoted(text: string | null): string {
  if (text === null) return 'null';
  return PLAIN.test(text) ? `"${text}"` : JSON.stringify(text);
}
