/** Programs that we did not write, as tests ask them. Those without types are given the few that are used. */
import { createRequire } from 'node:module';

const load = createRequire(import.meta.url);

/** An entry as `bibtex-parse` reads it. */
export interface BibtexEntry {
  readonly key: string;
  readonly type: string;
  readonly fields: readonly { readonly name: string; readonly value: string }[];
}

/** The entries that `bibtex-parse` finds. @throws when anything but white space stands between them */
export function readBibtex(text: string): readonly BibtexEntry[] {
  type Found =
    (BibtexEntry & { readonly itemtype: 'entry' }) | { readonly itemtype: string; readonly comment: string };
  const { parse } = load('bibtex-parse') as { parse: (text: string, options: object) => Found[] };
  return parse(text, { number: 'string' }).flatMap((found) => {
    if ('key' in found) return [found];
    if (found.comment.trim() !== '') throw new Error(`between two entries stands ${JSON.stringify(found)}`);
    return [];
  });
}

/** The items that citation-js finds in a RIS file, as CSL. */
export function readRis(text: string): readonly Record<string, unknown>[] {
  const { plugins } = load('@citation-js/core') as {
    plugins: { input: { chain: (data: string, options: object) => Record<string, unknown>[] } };
  };
  load('@citation-js/plugin-ris');
  return plugins.input.chain(text, { forceType: '@ris/file', generateGraph: false });
}

/** What citation-js keeps of CSL items when it guesses nothing: all that the schema of CSL allows, and no more. */
export function strictCsl(items: readonly unknown[]): readonly Record<string, unknown>[] {
  const { clean } = load('@citation-js/core/lib/plugins/input/csl.js') as {
    clean: (items: readonly unknown[], guess: boolean) => Record<string, unknown>[];
  };
  return clean(items, false);
}

/** The rows of a query as DuckDB answers; null when its package for this platform is not installed. */
export async function duckdb(): Promise<((sql: string) => Promise<Record<string, unknown>[]>) | null> {
  const api = await import('@duckdb/node-api').catch(() => null);
  if (api === null) return null;
  const connection = await (await api.DuckDBInstance.create(':memory:')).connect();
  return async (sql) => (await connection.runAndReadAll(sql)).getRowObjectsJson();
}
