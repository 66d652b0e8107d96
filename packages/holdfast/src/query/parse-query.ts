import { HoldfastError } from '../model/error.ts';

/** The parts of a paper that a query can name; `category:` looks into `categories`, `author:` into `authors`. */
export type Field = 'title' | 'abstract' | 'authors' | 'categories';

/** A word, a phrase or the beginning of a word that is looked for. */
export interface Term {
  readonly type: 'term';
  readonly text: string;
  readonly prefix: boolean;
  /** Null = in any field. */
  readonly field: Field | null;
}

/** Everything in `all` must be there, nothing of `none` may be. `all` is never empty. */
export interface Clause {
  readonly all: readonly Term[];
  readonly none: readonly Term[];
}

/** One of the clauses must hold. */
export type Query = readonly Clause[];

const FIELDS: Readonly<Record<string, Field>> = {
  title: 'title',
  abstract: 'abstract',
  author: 'authors',
  authors: 'authors',
  category: 'categories',
  categories: 'categories',
};
const SEARCHABLE = /[\p{L}\p{N}\p{Co}]/u;
/** A field takes what comes next, also behind a space; a name that is no field belongs to its word. */
const NAME = /(?:(?<field>title|abstract|authors?|category|categories):\s*(?=\S)|(?<other>[A-Za-z]+):)?/
  .source;
const PIECE = new RegExp(
  `\\s*(?<minus>-)?${NAME}(?:"(?<phrase>[^"]*)(?<close>"?)|(?<word>[^\\s"]+))(?<star>\\*)?`,
  'iuy',
);

/**
 * Reads the query language: words (all must be there), `"phrases"`, `-not`, `OR`, `prefix*` and the fields
 * `title:`, `abstract:`, `author:`, `category:`. A name before a colon that is no field is part of the word.
 * @throws HoldfastError `ERR_QUERY` with the position of what cannot be read.
 */
export function parseQuery(text: string): Query {
  const source = text.replaceAll('\0', ' ').toWellFormed();
  const clauses: { all: Term[]; none: Term[] }[] = [{ all: [], none: [] }];
  PIECE.lastIndex = 0;
  for (let at = 0; source.slice(at).trim() !== ''; at = PIECE.lastIndex) {
    PIECE.lastIndex = at;
    const groups = PIECE.exec(source)?.groups;
    if (!groups) throw problem(source, at, 'nothing can be looked for');
    if (groups['phrase'] !== undefined && groups['close'] === '') {
      throw problem(source, source.lastIndexOf('"'), 'a quotation mark is opened and not closed');
    }
    if (groups['word'] === 'OR' && !groups['minus'] && !groups['field'] && !groups['other'])
      clauses.push({ all: [], none: [] });
    else addTerm(clauses.at(-1), groups);
  }
  for (const clause of clauses) {
    if (clause.all.length === 0) {
      throw problem(
        source,
        source.length,
        'every side of OR, and a query as a whole, needs something to look for besides what is excluded',
      );
    }
  }
  return clauses;
}

function addTerm(
  clause: { all: Term[]; none: Term[] } | undefined,
  groups: Record<string, string | undefined>,
): void {
  const name = groups['field'];
  const field = name === undefined ? null : (FIELDS[name.toLowerCase()] ?? null);
  const unknown = groups['other'] === undefined ? '' : `${groups['other']}:`;
  const word = unknown + (groups['phrase'] ?? groups['word'] ?? '');
  // A word takes the star with it; only after a phrase does it stand alone.
  const prefix = groups['star'] !== undefined || (groups['phrase'] === undefined && word.endsWith('*'));
  const text = groups['phrase'] === undefined ? word.replace(/\*+$/u, '') : word;
  if (!SEARCHABLE.test(text)) return;
  const target = groups['minus'] === undefined ? clause?.all : clause?.none;
  target?.push({ type: 'term', text, prefix, field });
}

function problem(source: string, at: number, what: string): HoldfastError {
  return new HoldfastError('ERR_QUERY', `The query cannot be read at character ${at + 1}: ${what}.`, {
    hint: `Correct the query: ${source.slice(0, at)}⟨here⟩${source.slice(at)}`,
  });
}
