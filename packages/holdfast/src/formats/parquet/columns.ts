import type { SchemaElement } from 'hyparquet-writer';
import type { StoredPaper } from '../../model/paper.ts';

/** A column: the elements of its schema, and what a paper has in it. */
export interface Column {
  readonly name: string;
  readonly schema: readonly SchemaElement[];
  readonly cell: (paper: StoredPaper) => unknown;
}

/**
 * The keys of a JSONL record as columns, in its order. Lists are lists and authors are structs: DuckDB, pandas (Arrow)
 * and Spark all take them apart. `urls` is JSON text, since roles differ from source to source; dates are text, since
 * upstreams give days, instants and years.
 */
const COLUMNS: readonly Column[] = [
  column('seq', { type: 'INT64', repetition_type: 'REQUIRED' }, ({ seq }) => seq),
  needed('source', ({ source }) => source),
  needed('id', ({ fields }) => fields.id),
  text('version', ({ fields }) => fields.version),
  needed('datestamp', ({ datestamp }) => datestamp),
  flag('deleted', ({ fields }) => fields.deleted),
  flag('withdrawn', ({ fields }) => fields.withdrawn),
  text('title', ({ fields }) => fields.title),
  text('abstract', ({ fields }) => fields.abstract),
  {
    name: 'authors',
    schema: listOf('authors', [
      { name: 'element', num_children: 3, repetition_type: 'REQUIRED' },
      textElement('name', 'REQUIRED'),
      textElement('orcid', 'OPTIONAL'),
      textElement('affiliation', 'OPTIONAL'),
    ]),
    cell: ({ fields }) => fields.authors,
  },
  {
    name: 'categories',
    schema: listOf('categories', [textElement('element', 'REQUIRED')]),
    cell: ({ fields }) => fields.categories,
  },
  text('doi', ({ fields }) => fields.doi),
  text('journalRef', ({ fields }) => fields.journalRef),
  text('comment', ({ fields }) => fields.comment),
  text('published', ({ fields }) => fields.published),
  text('updated', ({ fields }) => fields.updated),
  text('license', ({ fields }) => fields.license),
  needed('urls', ({ fields }) => JSON.stringify(fields.urls)),
  needed('hash', ({ hash }) => hash),
  column('hashVersion', { type: 'INT32', repetition_type: 'REQUIRED' }, ({ hashVersion }) => hashVersion),
];

/** The columns of an export. */
export function parquetColumns(withSeq: boolean): readonly Column[] {
  return withSeq ? COLUMNS : COLUMNS.slice(1);
}

/** The schema of these columns. */
export function parquetSchema(columns: readonly Column[]): SchemaElement[] {
  return [{ name: 'root', num_children: columns.length }, ...columns.flatMap(({ schema }) => schema)];
}

function column(name: string, element: Omit<SchemaElement, 'name'>, cell: Column['cell']): Column {
  return { name, schema: [{ name, ...element }], cell };
}

function text(name: string, cell: Column['cell']): Column {
  return { name, schema: [textElement(name, 'OPTIONAL')], cell };
}

function needed(name: string, cell: Column['cell']): Column {
  return { name, schema: [textElement(name, 'REQUIRED')], cell };
}

function flag(name: string, cell: Column['cell']): Column {
  return column(name, { type: 'BOOLEAN', repetition_type: 'REQUIRED' }, cell);
}

function textElement(name: string, repetition_type: 'REQUIRED' | 'OPTIONAL'): SchemaElement {
  return {
    name,
    type: 'BYTE_ARRAY',
    converted_type: 'UTF8',
    logical_type: { type: 'STRING' },
    repetition_type,
  };
}

function listOf(name: string, element: readonly SchemaElement[]): readonly SchemaElement[] {
  return [
    {
      name,
      num_children: 1,
      repetition_type: 'REQUIRED',
      converted_type: 'LIST',
      logical_type: { type: 'LIST' },
    },
    { name: 'list', num_children: 1, repetition_type: 'REPEATED' },
    ...element,
  ];
}
