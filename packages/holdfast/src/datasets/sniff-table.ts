import { looksLikeId } from './id-forms.ts';

/** How a table in text is written. */
export interface TableShape {
  readonly delimiter: string;
  /** False: no field begins with a quotation mark, so none has a meaning. */
  readonly quoted: boolean;
  /** Names of the columns from the first row; null: there is none, and the columns are called 1, 2, 3. */
  readonly header: readonly string[] | null;
}

const DELIMITERS = ['\t', ',', ';', '|'] as const;
const LOOKED_AT = 200;

/** Lines of text: identifiers alone, or a table. */
export type TextShape = { readonly form: 'ids' } | ({ readonly form: 'csv' } & TableShape);

/** Tells a list of identifiers from a table, and how the table is written; null when it is neither. */
export function tellTable(text: string, cut: boolean): TextShape | null {
  const lines = text.split(/\r?\n/);
  if (cut) lines.pop();
  const looked = lines.filter((line) => line.trim() !== '' && !line.startsWith('#')).slice(0, LOOKED_AT);
  const ids = looked.filter((line) => looksLikeId(unquoted(line))).length;
  if (ids > 0 && ids >= looked.length * 0.8) return { form: 'ids' };
  const table = DELIMITERS.map((delimiter) => shapeOf(looked, delimiter)).find((shape) => shape !== null);
  const found = table ?? oneColumn(looked);
  return found === null ? null : { form: 'csv', ...found };
}

/** A table by this delimiter; null when the rows do not agree about it. */
function shapeOf(lines: readonly string[], delimiter: string): TableShape | null {
  const first = lines[0];
  if (first === undefined) return null;
  const fields = splitRow(first, delimiter);
  if (fields.length < 2) return null;
  const quoted = lines.some((line) => splitRow(line, delimiter).some((field) => field.startsWith('"')));
  // Quoted fields may hold line ends, so only rows that look whole are counted.
  const rows = lines.slice(1).map((line) => splitRow(line, delimiter).length);
  const agreeing = rows.filter((count) => count === fields.length).length;
  if (!quoted && rows.length > 0 && agreeing < rows.length * 0.8) return null;
  if (quoted && rows.length > 0 && agreeing === 0 && !isHeader(fields)) return null;
  return { delimiter, quoted, header: isHeader(fields) ? fields.map(unquoted) : null };
}

/** One column with a name over it. */
function oneColumn(lines: readonly string[]): TableShape | null {
  const [first = '', ...rows] = lines;
  const ids = rows.filter((row) => looksLikeId(unquoted(row))).length;
  if (ids === 0 || ids < rows.length * 0.5 || !isHeader([first])) return null;
  return {
    delimiter: ',',
    quoted: first.startsWith('"') || (rows[0]?.startsWith('"') ?? false),
    header: [unquoted(first)],
  };
}

/** A row of names: each a short word or none, no identifier, no number. */
function isHeader(fields: readonly string[]): boolean {
  const names = fields.map(unquoted);
  const words = names.filter((name) => /^[\p{L}_@#][\p{L}\p{N} _.:@#/()-]{0,60}$/u.test(name));
  return words.length > 0 && words.length >= names.length * 0.6 && !names.some(looksLikeId);
}

/** Fields of one line; a delimiter inside of quotation marks counts for nothing. */
function splitRow(line: string, delimiter: string): readonly string[] {
  if (!line.includes('"')) return line.split(delimiter);
  const fields: string[] = [];
  let field = '';
  let inside = false;
  for (const character of line) {
    if (character === '"') inside = !inside;
    if (character === delimiter && !inside) {
      fields.push(field);
      field = '';
    } else field += character;
  }
  return [...fields, field];
}

function unquoted(text: string): string {
  return text.trim().replace(/^"(.*)"$/, '$1');
}
