import { parseArxivId } from '../identity/arxiv-id.ts';
import { parseDoi } from '../identity/doi.ts';

/**
 * Whether a text by itself has the form of an identifier of a record: an arXiv id as people write it, also one that went
 * through a number, a DOI, an OAI identifier, a page of arXiv, bioRxiv or medRxiv.
 */
export function looksLikeId(text: string): boolean {
  const bare = text.trim();
  if (bare.length < 6 || bare.length > 300 || /\s/.test(bare)) return false;
  if (/^oai:[\w.-]+:\S+$/i.test(bare)) return true;
  if (/^https?:\/\/(?:[\w-]+\.)*(?:biorxiv|medrxiv)\.org\/\S+$/i.test(bare)) return true;
  return parseArxivId(bare) !== null || parseDoi(bare) !== null || looksDamaged(bare);
}

/** An arXiv id that went through a number: `704.0001`, `1501.447`, `1501.0044699999999`. */
export function looksDamaged(text: string): boolean {
  const [, whole = '', fraction = ''] = /^(\d{3,4})\.(\d{1,17})$/.exec(text) ?? [];
  if (whole === '' || fraction === '' || parseArxivId(text) !== null) return false;
  const month = Number(whole.slice(-2));
  return month >= 1 && month <= 12;
}
