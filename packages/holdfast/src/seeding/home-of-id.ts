import { parseArxivId } from '../identity/arxiv-id.ts';
import type { Home } from './mapped.ts';

/** bioRxiv's and medRxiv's DOIs: a date since 2019-12, and a number that is longer at medRxiv. */
const PREPRINT = /^10\.(?:1101|64898)\/(?:\d{4}\.\d{2}\.\d{2}\.)?(\d{6,8})$/;

/**
 * The kind of source that an identifier belongs to; null when its form does not tell.
 * @param hint what else the line says of its source: a name, a link
 */
export function homeOfId(id: string, hint: string): Home | null {
  if (parseArxivId(id) !== null && !id.startsWith('oai:')) return { kind: 'arxiv' };
  const number = PREPRINT.exec(id)?.[1];
  if (number !== undefined) {
    if (/medrxiv/i.test(hint)) return { kind: 'medrxiv' };
    if (/biorxiv/i.test(hint)) return { kind: 'biorxiv' };
    return { kind: number.length === 8 ? 'medrxiv' : 'biorxiv' };
  }
  return id.startsWith('oai:') ? { kind: 'oai-pmh' } : null;
}
