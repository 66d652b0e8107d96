import fc from 'fast-check';
import { describeSource } from '../conformance.ts';
import { biorxivSource } from './biorxiv-source.ts';
import { pageOf, versionRow } from './testing/answers.ts';

const common = {
  contentType: 'application/json;charset=utf-8',
  range: { from: '2026-08-03', to: '2026-08-10' },
  today: '2026-09-20',
  ids: fc.oneof(
    fc.constantFrom(
      '10.1101/000123',
      '10.1101/1e5',
      '10.64898/2026.07.31.741990',
      '10.1101/2020.10.10.100100',
      '10.1101/A(b)<c>',
    ),
    fc
      .tuple(fc.constantFrom('10.1101', '10.64898'), fc.integer({ min: 0, max: 99_999_999 }))
      .map(([prefix, n]) => `${prefix}/2026.08.03.${n}`),
  ),
} as const;

/** Offsets other than plain integers are answered with nothing, unknown categories with the whole server. */
function forbidden(url: URL): string | null {
  if (url.search !== '') return 'a query is ignored or answered with the whole server';
  const record = /^\/details\/(biorxiv|medrxiv)\/10\.\d{4,9}\/[^/]+\/na\/json$/.test(url.pathname);
  const list = /^\/(details|pubs)\/(biorxiv|medrxiv)\/\d{4}-\d\d-\d\d\/\d{4}-\d\d-\d\d\/\d+\/json$/.test(
    url.pathname,
  );
  return record || list ? null : 'no path of the interface';
}

// The suite reads papers; the links of `pubs` are tested beside the source.
for (const kind of ['biorxiv', 'medrxiv'] as const) {
  describeSource({
    ...common,
    name: kind,
    stream: 'details',
    create: () => biorxivSource({ id: 'pre', kind }),
    forbidden,
    page: (_request, records, more) =>
      pageOf(
        records.map(({ id, datestamp, title }) => ({
          ...versionRow,
          doi: id,
          date: datestamp,
          title,
          server: kind,
        })),
        { cursor: 0, total: String(records.length + (more ? 30 : 0)) },
      ).body,
  });
}
