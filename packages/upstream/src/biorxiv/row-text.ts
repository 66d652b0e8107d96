import { mix, randomFrom } from '../random.ts';
import { authorsOf } from '../text/authors.ts';
import type { Library } from '../text/library.ts';

/** A row of `/details`; every value is text, in the order of the service. */
export interface PreprintRow {
  readonly title: string;
  readonly authors: string;
  readonly author_corresponding: string;
  readonly author_corresponding_institution: string;
  readonly doi: string;
  readonly date: string;
  readonly version: string;
  readonly type: string;
  readonly license: string;
  readonly category: string;
  readonly jatsxml: string;
  readonly abstract: string;
  readonly funder: string;
  readonly published: string;
  readonly server: string;
}

/** What a row is made from. */
export interface RowSource {
  readonly seed: number;
  readonly server: 'biorxiv' | 'medrxiv';
  readonly paper: number;
  readonly version: number;
  readonly row: number;
  readonly doi: string;
  readonly date: string;
  readonly withdrawn: boolean;
  readonly published: string;
  readonly recordBytes: number;
  readonly library: Library;
}

const categoriesOf: Readonly<Record<RowSource['server'], readonly string[]>> = {
  biorxiv: [
    'animal behavior and cognition',
    'bioinformatics',
    'cell biology',
    'genomics',
    'neuroscience',
    'evolutionary biology',
  ],
  medrxiv: [
    'epidemiology',
    'infectious diseases',
    'oncology',
    'public and global health',
    'psychiatry and clinical psychology',
  ],
};

/** The categories that a server knows. */
export function knownCategories(server: RowSource['server']): readonly string[] {
  return categoriesOf[server];
}

/** The category of a paper. */
export function categoryOf(seed: number, server: RowSource['server'], paper: number): string {
  const known = categoriesOf[server];
  return known[mix(seed, paper, 54) % known.length] ?? '';
}

/** Makes the row from its source alone. */
export function rowText(source: RowSource): PreprintRow {
  const { seed, server, paper, version, doi, date, library } = source;
  const random = randomFrom(seed, paper, 55);
  const authors = authorsOf(seed, paper);
  const site = server === 'biorxiv' ? 'bioRxiv' : 'medRxiv';
  const revision = version === 1 ? '' : ` This is revision ${version}.`;
  const abstract = library
    .abstract(paper, Math.max(120, source.recordBytes - 800), 'unicode')
    .replaceAll('\n', ' ');
  return {
    title: library.title(paper).unicode,
    authors: authors
      .map(({ key, fore }) =>
        fore.unicode === '' ? key.unicode : `${key.unicode}, ${fore.unicode.charAt(0)}.`,
      )
      .join('; '),
    author_corresponding: `${authors[0]?.fore.unicode ?? ''} ${authors[0]?.key.unicode ?? ''}`.trim(),
    author_corresponding_institution: 'University of Padova & Friends',
    doi,
    date,
    version: String(version),
    type: source.withdrawn
      ? server === 'biorxiv'
        ? 'withdrawn'
        : 'WITHDRAWN'
      : server === 'biorxiv'
        ? 'new results'
        : 'PUBLISHAHEADOFPRINT',
    license: random.pick(['cc_by', 'cc_by_nc_nd', 'cc0', 'cc_no']),
    category: categoryOf(seed, server, paper),
    jatsxml: `https://www.${server}.org/content/early/${date.replaceAll('-', '/')}/${doi.split('/')[1] ?? ''}.source.xml`,
    abstract: source.withdrawn
      ? 'The authors have withdrawn this manuscript.'
      : `O_SCPCAPABSTRACTC_SCPCAP${abstract}${revision}`,
    funder: 'NA',
    published: source.published,
    server: site,
  };
}
