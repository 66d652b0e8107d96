import { finder } from './finder.ts';
import { htmlEntity } from './html-entities.ts';

/** Text after repairs that are certain, and their names. */
export interface Repaired {
  readonly text: string;
  readonly repairs: readonly string[];
}

/** Characters that XML 1.0 forbids, wherever they stand. */
const FORBIDDEN = /[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]+/g;
/** The opener of a section in which `&` is plain text, else a reference, else a bare ampersand. */
const MARKUP = /<!\[CDATA\[|<!--|<\?|&(?:#x([0-9a-fA-F]+)|#([0-9]+)|([A-Za-z][A-Za-z0-9]*));|&/g;
const XML_ENTITIES = new Set(['amp', 'lt', 'gt', 'quot', 'apos']);

/**
 * Repairs what has only one meaning: characters that XML forbids are removed (`control-character`), ampersands
 * that begin no reference are escaped (`bare-ampersand`), HTML's named entities become their characters
 * (`html-entity`). Everything else is left for the parser to reject.
 */
export function repairText(text: string): Repaired {
  const repairs = new Set<string>();
  const clean = text.replace(FORBIDDEN, () => {
    repairs.add('control-character');
    return '';
  });
  const parts: string[] = [];
  const ends: Readonly<Record<string, (from: number) => number>> = {
    '<![CDATA[': finder(clean, ']]>'),
    '<!--': finder(clean, '-->'),
    '<?': finder(clean, '?>'),
  };
  const markup = new RegExp(MARKUP);
  let done = 0;
  for (let match = markup.exec(clean); match !== null; match = markup.exec(clean)) {
    const end = ends[match[0]]?.(markup.lastIndex) ?? -1;
    if (end >= 0) markup.lastIndex = end;
    if (match[0].startsWith('<')) continue;
    parts.push(clean.slice(done, match.index), repairReference(match, repairs));
    done = markup.lastIndex;
  }
  return { text: parts.join('') + clean.slice(done), repairs: [...repairs] };
}

function repairReference([match, hex, decimal, name]: RegExpExecArray, repairs: Set<string>): string {
  if (match === '&') return note(repairs, 'bare-ampersand', '&amp;');
  const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
  if (name === undefined) return isAllowed(code) ? match : note(repairs, 'control-character', '');
  const character = XML_ENTITIES.has(name) ? null : htmlEntity(name);
  return character === null ? match : note(repairs, 'html-entity', character);
}

function note(repairs: Set<string>, repair: string, replacement: string): string {
  repairs.add(repair);
  return replacement;
}

/** Whether XML 1.0 allows the character; a reference beyond Unicode is no slip and stays for the parser. */
function isAllowed(code: number): boolean {
  if (code > 0x10ffff) return true;
  if (code < 0x20) return code === 9 || code === 10 || code === 13;
  return !((code >= 0xd800 && code <= 0xdfff) || code === 0xfffe || code === 0xffff);
}
