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

/**
 * Decodes a page: UTF-8 unless it declares Latin-1 or windows-1252 and is not valid UTF-8. Bytes that are valid
 * UTF-8 beyond ASCII under a Latin-1 declaration are UTF-8: no Latin-1 text reads so by chance.
 * @throws XmlError ERR_XML_ENCODING when the bytes fit neither
 */
export function decodePage(bytes: Uint8Array): DecodedPage {
  const base = hasBom(bytes) ? 3 : 0;
  const latin = declaresLatin(bytes);
  try {
    const text = utf8.decode(bytes);
    const singleByte = text.length === bytes.length - base;
    return { text, base, singleByte, repairs: latin && !singleByte ? ['encoding-label'] : [] };
  } catch (cause) {
    if (latin && base === 0)
      return { text: windows1252.decode(bytes), base: 0, singleByte: true, repairs: [] };
    throw new XmlError('ERR_XML_ENCODING', 'The bytes are not valid UTF-8.', cause);
  }
}

/**
 * Decodes a piece cut out of a page that is not valid UTF-8 as a whole: itself UTF-8, or certainly
 * windows-1252 (then named in `repairs`).
 * @throws XmlError ERR_XML_ENCODING
 */
export function decodePiece(bytes: Uint8Array, latin: boolean): DecodedPage {
  try {
    const text = utf8.decode(bytes);
    return { text, base: 0, singleByte: text.length === bytes.length, repairs: [] };
  } catch (cause) {
    if (!latin && !isCertainlyWindows1252(bytes)) {
      throw new XmlError('ERR_XML_ENCODING', 'The record is not valid UTF-8.', cause);
    }
    return {
      text: windows1252.decode(bytes),
      base: 0,
      singleByte: true,
      repairs: latin ? [] : ['windows-1252'],
    };
  }
}

/** Whether the XML declaration names Latin-1 or windows-1252. */
export function declaresLatin(bytes: Uint8Array): boolean {
  const head = latin1Of(bytes.subarray(0, 200));
  const label = /^\s*<\?xml\s[^>]*encoding\s*=\s*["']([^"']+)["']/.exec(head)?.[1] ?? '';
  return /^(iso-8859-1|iso_8859-1|latin-?1|windows-1252|cp-?1252)$/i.test(label);
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
