import { hash } from 'node:crypto';
import type { PageEvidence, RawPage } from '../port.ts';

/** So many pages of a window are remembered. */
const KEPT = 4;

/** A page as evidence of the look that received it. */
export function evidenceOf({ bytes, packed, url, fetchedAt }: RawPage, look: number): PageEvidence {
  const sha256 = packed?.sha256 ?? hash('sha256', bytes);
  return { url, sha256, bytes: packed?.size ?? bytes.byteLength, fetchedAt, look };
}

/**
 * What a window remembers after a commit: its last pages, the newest last, also when their bytes are not kept. Windows
 * that the commit creates begin with the same, since they stand on the same answers.
 */
export function addEvidence(
  known: readonly PageEvidence[],
  page: PageEvidence | null,
): readonly PageEvidence[] {
  return page === null ? known : [...known, page].slice(-KEPT);
}
