import { isUtf8 } from 'node:buffer';
import type { ByteFile } from './files/byte-file.ts';
import { tellTable, type TextShape } from './sniff-table.ts';

/** How one file is to be read. */
export type FileShape =
  | { readonly form: 'jsonl'; readonly values: boolean }
  | { readonly form: 'oai-pages' | 'sqlite' | 'parquet' }
  | TextShape;

/** What a file is, or why it is none of the forms. */
export type Sniffed =
  | { readonly known: true; readonly shape: FileShape }
  /** `lines`: it is text, so somebody who knows better may take its lines for identifiers. */
  | { readonly known: false; readonly empty: boolean; readonly why: string; readonly lines?: true };

/** So many decoded bytes are looked at. */
const HEAD = 256 * 1024;

/** Tells the form of a file by its content. */
export async function sniff(file: ByteFile): Promise<Sniffed> {
  const head = await file.head(HEAD);
  if (head.length === 0) {
    return file.found.size === 0
      ? { known: false, empty: true, why: 'It is empty.' }
      : unknown('It is a compressed file that is empty or damaged from its beginning on.');
  }
  return sniffBytes(head, file.codec !== 'none');
}

/** Tells the form by the first bytes; `packed`: they were compressed. */
export function sniffBytes(head: Buffer, packed: boolean): Sniffed {
  const binary = tellBinary(head, packed);
  if (binary !== null) return binary;
  const text = textOf(head).trimStart();
  if (text === '') return unknown('It begins with nothing but white space.');
  if (text.startsWith('<')) return tellXml(text);
  if (text.startsWith('{') || text.startsWith('[')) return tellJson(text);
  const shape = tellTable(text, head.length >= HEAD);
  if (shape !== null) return { known: true, shape };
  const why = 'Its lines are neither JSON, nor identifiers, nor a table with the same columns in each row.';
  return { known: false, empty: false, why, lines: true };
}

function tellBinary(head: Buffer, packed: boolean): Sniffed | null {
  const magic = head.subarray(0, 16).toString('latin1');
  const needsDisk = (form: 'sqlite' | 'parquet'): Sniffed =>
    packed ? unknown(`It is a compressed ${form} file: unpack it first.`) : { known: true, shape: { form } };
  if (magic.startsWith('SQLite format 3\0')) return needsDisk('sqlite');
  if (magic.startsWith('PAR1')) return needsDisk('parquet');
  if (magic.startsWith('PK\x03\x04')) return unknown('It is a ZIP archive: unpack it first.');
  if (magic.startsWith('BZh')) return unknown('It is compressed by bzip2: unpack it first.');
  if (magic.startsWith('\xfd7zXZ')) return unknown('It is compressed by xz: unpack it first.');
  if (magic.startsWith('\xff\xfe') || magic.startsWith('\xfe\xff')) {
    return unknown('It is UTF-16: convert it to UTF-8 first.');
  }
  if (head.subarray(257, 262).toString('latin1') === 'ustar') {
    return unknown('It is a tar archive: unpack it first.');
  }
  if (head.includes(0)) return unknown('It is a binary file of a kind that is not known.');
  return null;
}

/** As UTF-8; where it is none, as one character per byte, which is enough to tell the form. */
function textOf(head: Buffer): string {
  const text = head.toString(isUtf8(head) || mostlyUtf8(head) ? 'utf8' : 'latin1');
  return text.startsWith('\ufeff') ? text.slice(1) : text;
}

/** The last character may be cut. */
function mostlyUtf8(head: Buffer): boolean {
  return [1, 2, 3].some((cut) => isUtf8(head.subarray(0, head.length - cut)));
}

function tellXml(text: string): Sniffed {
  const tag = /<(?:[\w.-]+:)?(OAI-PMH|ListRecords|ListIdentifiers|GetRecord|record|header)[\s>]/;
  return tag.test(text)
    ? { known: true, shape: { form: 'oai-pages' } }
    : unknown('It is XML or HTML without an OAI-PMH answer or record.');
}

function tellJson(text: string): Sniffed {
  if (/^\[\s*(?:[{"\]]|-?\d)/.test(text)) return { known: true, shape: { form: 'jsonl', values: true } };
  if (!/^\{\s*["}]/.test(text)) return unknown('It begins like JSON and is none.');
  return { known: true, shape: { form: 'jsonl', values: !isOnePerLine(text) } };
}

/** One value to a line; some of the lines may be damaged. */
function isOnePerLine(text: string): boolean {
  const lines = text.split('\n').map((line) => line.trim());
  if (lines.length > 1) lines.pop();
  const looked = lines.filter((line) => line !== '').slice(0, 20);
  if (looked.includes('{')) return false;
  return lines.length === 1 || looked.filter(isJson).length * 2 >= looked.length;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function unknown(why: string): Sniffed {
  return { known: false, empty: false, why };
}
