import type { Answer } from '../../../transport/port.ts';

/** A version row as the interface gives it. */
export const versionRow: Readonly<Record<string, string>> = {
  title: 'A title',
  authors: 'Loconsole, M.; Xue, C.; Garcia-Pelegrin, E.',
  author_corresponding: 'Maria Loconsole',
  author_corresponding_institution: 'University of Padova',
  doi: '10.64898/2026.07.31.741992',
  date: '2026-08-01',
  version: '1',
  type: 'new results',
  license: 'cc_by_nc_nd',
  category: 'animal behavior and cognition',
  jatsxml: 'https://www.biorxiv.org/content/early/2026/08/01/2026.07.31.741992.source.xml',
  abstract: 'An abstract.',
  funder: 'NA',
  published: 'NA',
  server: 'bioRxiv',
};

/** A row of `/pubs`. */
export const linkRow: Readonly<Record<string, string>> = {
  preprint_doi: '10.1101/2025.09.17.676679',
  published_doi: '10.1091/mbc.E25-09-0454',
  published_journal: 'Molecular Biology of the Cell',
  preprint_platform: 'bioRxiv',
  preprint_date: '2025-09-20',
  published_date: '2026-06-01',
};

/** An answer with this body; objects are printed as JSON. */
export function answerOf(
  body: unknown,
  status = 200,
  headers: Readonly<Record<string, string>> = {},
): Answer {
  const bytes =
    body instanceof Uint8Array ? body : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
  return { url: 'https://api.biorxiv.org/', status, headers, body: bytes, receivedAt: 0 };
}

/** A page of rows. */
export function pageOf(rows: readonly unknown[], message: Readonly<Record<string, unknown>> = {}): Answer {
  return answerOf({
    messages: [{ status: 'ok', category: 'all', count: rows.length, ...message }],
    collection: rows,
  });
}
