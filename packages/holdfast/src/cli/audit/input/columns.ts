import type { IdKind, Recognised } from './found-id.ts';
import { recognise } from './recognise.ts';

/** A row of a table or an object of JSON. */
export type Values = Readonly<Record<string, unknown>>;

/** Names of columns that say that they hold identifiers, the surest first. */
const ID_NAMES = [
  'arxiv_id',
  'arxivid',
  'arxiv',
  'id',
  '_id',
  'identifier',
  '_identifier',
  'header.identifier',
  'oai_id',
  'oai',
  'oai_identifier',
  'doi',
  'preprint_doi',
  'biorxiv_doi',
  'paper_id',
  'link',
  'url',
  'uri',
  'entry_id',
  'abs_url',
  'pdf_url',
  'pdf',
] as const;
const DATE_NAMES = ['datestamp', '_datestamp', 'header.datestamp', 'date', 'update_date'] as const;
const HINT_NAMES = ['server', 'source', 'link', 'url', 'journal', 'biorxiv_url', 'publisher'] as const;

/** The columns that hold what an audit needs. */
export interface Columns {
  /** In the order in which they are asked. */
  readonly ids: readonly string[];
  readonly datestamp: string | null;
}

/** Finds the columns by their names and by what stands in them; `ids` is empty when none has an identifier. */
export function findColumns(rows: readonly Values[], kind: IdKind | null): Columns {
  const paths = new Set(rows.slice(0, 500).flatMap((row) => pathsOf(row)));
  const rated = [...paths].map((path) => ({
    path,
    rating: rate(rows, path, kind) + oaiShare(rows, path, kind),
  }));
  const ids = rated
    .filter(({ path, rating }) => rating >= 0.5 || (rating > 0 && rankOf(path) < ID_NAMES.length))
    .sort((a, b) => bonus(b) - bonus(a) || rankOf(a.path) - rankOf(b.path))
    .map(({ path }) => path);
  const datestamp = DATE_NAMES.find((name) => rows.some((row) => dayIn(valueAt(row, name)) !== null));
  return { ids: kind === 'oai-pmh' ? ids.slice(0, 1) : ids, datestamp: datestamp ?? null };
}

/** What a row says of a record: the first column that has an identifier; else the first that has a damaged one. */
export function idInRow(row: Values, { ids, datestamp }: Columns, kind: IdKind | null): Recognised {
  const hint = (): string =>
    HINT_NAMES.map((name) => valueAt(row, name))
      .filter((value) => typeof value === 'string')
      .join(' ');
  let damaged: Recognised = null;
  for (const path of ids) {
    const found = recognise(valueAt(row, path), kind, hint);
    if (found?.type === 'damaged') damaged ??= found;
    if (found?.type !== 'id') continue;
    const day = datestamp === null ? null : dayIn(valueAt(row, datestamp));
    return { type: 'id', id: { ...found.id, version: found.id.version ?? versionIn(row), datestamp: day } };
  }
  return damaged;
}

function rate(rows: readonly Values[], path: string, kind: IdKind | null): number {
  if (kind === 'oai-pmh' && rankOf(path) >= ID_NAMES.length && !looksOai(rows, path)) return 0;
  const looked = rows.slice(0, 500);
  return (
    looked.filter((row) => recognise(valueAt(row, path), kind) !== null).length / Math.max(1, looked.length)
  );
}

/** Any text is an identifier of a repository; without a name that says so, only those of the usual form count. */
function looksOai(rows: readonly Values[], path: string): boolean {
  return rows.slice(0, 20).some((row) => /^oai:/i.test(textOf(valueAt(row, path))));
}

/** Of the columns of a repository's records that of the OAI identifiers comes first. */
function oaiShare(rows: readonly Values[], path: string, kind: IdKind | null): number {
  return kind === 'oai-pmh' && looksOai(rows, path) ? 1 : 0;
}

function bonus({ path, rating }: { readonly path: string; readonly rating: number }): number {
  return rating + (rankOf(path) < ID_NAMES.length ? 0.3 : 0);
}

function rankOf(path: string): number {
  const name = path.toLowerCase();
  const at = ID_NAMES.findIndex((each) => each === name);
  return at < 0 ? ID_NAMES.length : at;
}

/** Names of the fields, and of those of objects in them. */
function pathsOf(row: Values): readonly string[] {
  return Object.entries(row).flatMap(([name, value]) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.keys(value).map((inner) => `${name}.${inner}`)
      : [name],
  );
}

function valueAt(row: Values, path: string): unknown {
  if (Object.hasOwn(row, path)) return row[path];
  const dot = path.indexOf('.');
  const outer = dot < 0 ? undefined : row[path.slice(0, dot)];
  if (typeof outer !== 'object' || outer === null) return undefined;
  return (outer as Values)[path.slice(dot + 1)];
}

function dayIn(value: unknown): string | null {
  return typeof value === 'string' && /^\d{4}-\d{2}-\d{2}(?:$|[T ])/.test(value) ? value : null;
}

/** `version: "2"`, or the last of arXiv's `versions`. */
function versionIn(row: Values): string | null {
  const { version, versions } = row;
  const last: unknown = Array.isArray(versions) ? versions.at(-1) : version;
  const text = typeof last === 'object' && last !== null && 'version' in last ? last.version : last;
  if (typeof text !== 'string' && typeof text !== 'number') return null;
  return /^v?(\d{1,4})$/.exec(String(text))?.[1] ?? null;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
