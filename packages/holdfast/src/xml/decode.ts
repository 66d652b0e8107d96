import { latin1Of } from './bytes.ts';
import { XmlError } from './xml-error.ts';

/** The text of a page and the way back from its characters to its bytes. */
export interface DecodedPage {
  readonly text: string;
  /** Bytes before the first character (a byte order mark). */
  readonly base: number;
  /** True when every character is one byte. */
  readonly singleByte: boolean;
  /** Certain corrections of the declared encoding. */
  readonly repairs: readonly string[];
}

const utf8 = new TextDecoder('utf-8', { fatal: true });
const windows1252 = new TextDecoder('windows-1252');
/** Encodings of which every character is one byte, by the names of the Encoding Standard. */
const SINGLE_BYTE = /^(?:ibm866|iso-8859-\d+(?:-i)?|koi8-[ru]|macintosh|windows-\d+|x-mac-cyrillic)$/;

/**
 * What the XML declaration says of the bytes: nothing or Unicode; an encoding of one byte a character; or another one,
 * which is not read.
 */
export type Declared =
  | { readonly kind: 'unicode' }
  | { readonly kind: 'single-byte'; readonly encoding: string }
  | { readonly kind: 'other'; readonly label: string };

/**
 * Decodes a page: UTF-8 unless it declares an encoding of one byte a character and is not valid UTF-8. Bytes that are
 * valid UTF-8 beyond ASCII under such a declaration are UTF-8: no other text reads so by chance.
 * @throws XmlError ERR_XML_ENCODING when the bytes fit neither
 */
export function decodePage(bytes: Uint8Array): DecodedPage {
  const base = hasBom(bytes) ? 3 : 0;
  const declared = declaredEncoding(bytes);
  try {
    const text = utf8.decode(bytes);
    const singleByte = text.length === bytes.length - base;
    const repairs = declared.kind !== 'unicode' && !singleByte ? ['encoding-label'] : [];
    return { text, base, singleByte, repairs };
  } catch (cause) {
    if (declared.kind === 'single-byte' && base === 0) return decodeAs(declared.encoding, bytes);
    throw new XmlError('ERR_XML_ENCODING', 'The bytes are not valid UTF-8.', cause);
  }
}

/**
 * Decodes a piece cut out of a page that is not valid UTF-8 as a whole: itself UTF-8, in the encoding of one byte a
 * character that the page declares, or, where it declares none, certainly windows-1252 (then named in `repairs`).
 * @throws XmlError ERR_XML_ENCODING
 */
export function decodePiece(bytes: Uint8Array, declared: Declared): DecodedPage {
  try {
    const text = utf8.decode(bytes);
    return { text, base: 0, singleByte: text.length === bytes.length, repairs: [] };
  } catch (cause) {
    if (declared.kind === 'single-byte') return decodeAs(declared.encoding, bytes);
    if (declared.kind === 'unicode' && isCertainlyWindows1252(bytes))
      return { text: windows1252.decode(bytes), base: 0, singleByte: true, repairs: ['windows-1252'] };
    const named = declared.kind === 'other' ? `, and ${declared.label} is not read` : '';
    throw new XmlError('ERR_XML_ENCODING', `The record is not valid UTF-8${named}.`, cause);
  }
}

function decodeAs(encoding: string, bytes: Uint8Array): DecodedPage {
  try {
    const text = new TextDecoder(encoding, { fatal: true, ignoreBOM: true }).decode(bytes);
    return { text, base: 0, singleByte: true, repairs: [] };
  } catch (cause) {
    throw new XmlError(
      'ERR_XML_ENCODING',
      `The bytes are no ${encoding}, which they are declared to be.`,
      cause,
    );
  }
}

/** What the XML declaration names. */
export function declaredEncoding(bytes: Uint8Array): Declared {
  const head = latin1Of(bytes.subarray(0, 200));
  const label = /^\s*<\?xml\s[^>]*encoding\s*=\s*["']([^"']+)["']/.exec(head)?.[1] ?? '';
  // Nothing beyond ASCII says more than no declaration; of UTF-16 these bytes cannot be, since they were read.
  if (label === '' || /^(?:us-?ascii|utf-?8|utf-?16.*)$/i.test(label)) return { kind: 'unicode' };
  const encoding = encodingOf(label);
  return encoding !== null && SINGLE_BYTE.test(encoding)
    ? { kind: 'single-byte', encoding }
    : { kind: 'other', label: label.slice(0, 40) };
}

function encodingOf(label: string): string | null {
  try {
    return new TextDecoder(label.replace(/^(latin|cp)-/i, '$1')).encoding;
  } catch {
    // No encoding of this name is known.
    return null;
  }
}

function hasBom(bytes: Uint8Array): boolean {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
}

/**
 * True when the bytes can be nothing but windows-1252: there is no valid multi-byte UTF-8 sequence among them,
 * at least one high byte is a letter inside a word, every other one is such a letter or a typographic sign, and
 * none is typical of a cut UTF-8 sequence (C2, C3, E2, EF, F0 before a non-letter) or of binary damage (FF,
 * undefined places).
 */
function isCertainlyWindows1252(bytes: Uint8Array): boolean {
  const text = latin1Of(bytes);
  if (/[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}/.test(text)) return false;
  if (/[\x80-\x90\x98-\x9f\xff]|[\xc2\xc3\xe2\xef\xf0](?![A-Za-z])/.test(text)) return false;
  if (!/[A-Za-z][\xc0-\xfe]|[\xc0-\xfe][A-Za-z]/.test(text)) return false;
  return !/(?<![A-Za-z\xc0-\xfe])[\xc0-\xd6\xd8-\xf6\xf8-\xfe](?![A-Za-z\xc0-\xfe])/.test(text);
}

/** Finds the byte at which a character stands. Asked in rising order, the whole page costs one pass. */
export class BytePositions {
  readonly #page: DecodedPage;
  #index = 0;
  #byte: number;

  constructor(page: DecodedPage) {
    this.#page = page;
    this.#byte = page.base;
  }

  /** The offset of a character in the page's bytes; indices must not fall. */
  at(index: number): number {
    if (this.#page.singleByte) return this.#page.base + index;
    this.#byte += Buffer.byteLength(this.#page.text.slice(this.#index, index));
    this.#index = index;
    return this.#byte;
  }
}
