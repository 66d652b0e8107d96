import { parseReference } from '../identity/lookup.ts';
import { normalise } from '../model/normalise.ts';
import { authorsOf } from './authors.ts';
import { dayOfText } from './dates.ts';
import { mendArxivId } from '../identity/damaged-arxiv-id.ts';
import { homeOfId } from './home-of-id.ts';
import { refused, textOf } from './mapped.ts';
import type { Home, Mapped, Values } from './mapped.ts';
import { arxivIdsIn, textsIn } from './named-ids.ts';

interface Named {
  readonly home: Home;
  readonly id: string;
  readonly version: string | null;
  readonly repaired: boolean;
}

/** Where such lines name their paper, the surest first. */
const LINKS = ['link', 'url', 'pdf_url', 'abs_url', 'entry_id', 'links', 'urls', 'doi'] as const;
const IDS = ['arxiv_id', 'id', 'preprint_doi'] as const;

/**
 * A line with title, abstract, authors, link, published and source in any order, as the engine that this one replaces
 * wrote them, and as most tools do. Keys that are not known stay with the raw line.
 */
export function readEngineLine(values: Values): Mapped {
  const named = nameOf(values);
  if ('type' in named) return named;
  const { home, id, version, repaired } = named;
  const title = textOf(values['title']);
  if (title === null || title.trim() === '') {
    return refused('ERR_IMPORT_NO_TITLE', 'The line has no title.', id, home);
  }
  const published = dayOfText(textOf(values['published'] ?? values['date']));
  const updated = dayOfText(textOf(values['updated']));
  const datestamp = updated ?? published;
  if (datestamp === null) {
    return refused('ERR_IMPORT_DATE', 'The line does not say when the paper was published.', id, home);
  }
  const isArxiv = home.kind === 'arxiv';
  const categories = values['categories'] ?? values['category'] ?? [];
  const fields = normalise({
    id,
    version,
    title,
    abstract: textOf(values['abstract'] ?? values['summary']),
    authors: authorsOf(values['authors'] ?? values['author']),
    categories: textsIn(categories).flatMap((each) => (isArxiv ? each.split(/[\s,;]+/) : each)),
    doi: isArxiv ? journalDoi(textOf(values['doi'])) : id,
    published,
    updated,
    urls: urlsOf(id, values, isArxiv),
  });
  const unknown = version === null ? (['version', 'withdrawn'] as const) : (['withdrawn'] as const);
  return {
    type: 'paper',
    home,
    repaired,
    item: { type: 'paper', id, datestamp, fields, unknown, imported: true },
  };
}

function nameOf(values: Values): Named | Mapped {
  const hint = [values['source'], values['link'], values['url'], values['server']].map(textOf).join(' ');
  const written = IDS.map((key) => textOf(values[key])).filter((text) => text !== null && text !== '');
  for (const text of [...LINKS.flatMap((key) => textsIn(values[key])), ...written]) {
    for (const { id, version = null } of parseReference(text ?? '')) {
      const home = homeOfId(id, hint);
      if (home !== null) return { home, id, version, repaired: false };
    }
  }
  return mended(values, written[0] ?? null, hint);
}

/** Nothing in the line is an identifier as it stands. */
function mended(values: Values, written: string | null, hint: string): Named | Mapped {
  const home: Home = { kind: 'arxiv' };
  const isNumber = written !== null && /^\d+(?:\.\d+)?$/.test(written.trim());
  if (isNumber && !/biorxiv|medrxiv/i.test(hint)) {
    const posted = dayOfText(textOf(values['published']))?.slice(0, 7) ?? null;
    const found = mendArxivId(written, arxivIdsIn(values), posted);
    if ('refused' in found) return refused('ERR_IMPORT_ID', found.refused, null, home);
    return { home, ...found };
  }
  const reason = 'Neither a link nor an identifier of the line names a paper of a source that is known.';
  return refused('ERR_IMPORT_ID', reason, written);
}

/** arXiv's own DOI of a paper is no journal's. */
function journalDoi(doi: string | null): string | null {
  return doi === null || /10\.48550\/arxiv/i.test(doi) ? null : doi;
}

function urlsOf(id: string, values: Values, isArxiv: boolean): Record<string, string | null> {
  if (isArxiv) return { abstract: `https://arxiv.org/abs/${id}`, pdf: `https://arxiv.org/pdf/${id}` };
  const link = textOf(values['link'] ?? values['url']);
  return { abstract: link !== null && /^https?:\/\//i.test(link) ? link : null };
}
