import { isArxivId, parseArxivId } from '../../../identity/arxiv-id.ts';
import { mendArxivId } from '../../../identity/damaged-arxiv-id.ts';
import type { IdKind, Recognised } from './found-id.ts';

/** bioRxiv's and medRxiv's DOIs, bare or in an address, with a version or without. */
const PREPRINT =
  /^(?:(?:https?:\/\/)?(?:(?:dx\.|www\.)?doi\.org|(?:www\.)?(?:bio|med)rxiv\.org\/content)\/|doi:\s*)?(10\.(?:1101|64898)\/(?:\d{4}\.\d{2}\.\d{2}\.)?(\d{6,8}))(?:v(\d{1,3}))?(?:[./?#].*)?$/i;
/** A number that may have been an arXiv id: `704.0001`, `1501.0044699999999`. */
const NUMBER = /^\d{3,4}\.\d{1,17}$/;
const BARE = /^\d{4}\.\d{4,5}$/;
const LONGEST = 400;

/**
 * What a value of a data set says of a record.
 * @param kind the kind of source that a person named; null: the form of the identifier tells it
 * @param hint what else the entry says of its origin, to tell bioRxiv from medRxiv
 */
export function recognise(value: unknown, kind: IdKind | null, hint: () => string = () => ''): Recognised {
  const written = textOf(value);
  if (written === '' || written.length > LONGEST) return null;
  if (kind === 'oai-pmh') return found('oai-pmh', written, null);
  return ofArxiv(written) ?? ofPreprint(written, hint) ?? ofRepository(written);
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value.trim();
  return typeof value === 'number' ? String(value) : '';
}

function ofArxiv(written: string): Recognised {
  // By far the most are bare numbers.
  if (BARE.test(written) && isArxivId(written)) return found('arxiv', written, null);
  const exact = parseArxivId(written);
  if (exact !== null) return found('arxiv', exact.id, exact.version);
  if (!NUMBER.test(written)) return null;
  const month = Number(written.slice(0, written.indexOf('.')).slice(-2));
  if (month < 1 || month > 12) return null;
  const mended = mendArxivId(written, [], null);
  if ('refused' in mended) return { type: 'damaged', written, reason: mended.refused };
  return found('arxiv', mended.id, mended.version, mended.repaired);
}

function ofPreprint(written: string, hint: () => string): Recognised {
  const [, doi = '', number = '', version] = PREPRINT.exec(written) ?? [];
  if (doi === '') return null;
  const said = /(bio|med)rxiv/i.exec(`${written} ${hint()}`)?.[1]?.toLowerCase();
  const med = said === undefined ? number.length === 8 : said === 'med';
  return found(med ? 'medrxiv' : 'biorxiv', doi.toLowerCase(), version ?? null);
}

function ofRepository(written: string): Recognised {
  return /^oai:[\w.-]+:\S+$/i.test(written) ? found('oai-pmh', written, null) : null;
}

function found(kind: IdKind, id: string, version: string | null, repaired = false): Recognised {
  return { type: 'id', id: { kind, id, version, datestamp: null, repaired } };
}
