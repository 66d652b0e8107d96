import { htmlEntity } from './html-entities.ts';

/** Text after repairs that are certain, and their names. */
export interface Repaired {
  readonly text: string;
  readonly repairs: readonly string[];
}

/** Characters that XML 1.0 forbids, wherever they stand. */
const FORBIDDEN = /[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]+/g;
/** Sections in which `&` is plain text, else a reference, else a bare ampersand. */
const REFERENCE =
  /<!\[CDATA\[[^]*?\]\]>|<!--[^]*?-->|<\?[^]*?\?>|&(?:#x([0-9a-fA-F]+)|#([0-9]+)|([A-Za-z][A-Za-z0-9]*));|&/g;
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
  const repaired = clean.replace(
    REFERENCE,
    (match: string, hex?: string, decimal?: string, name?: string) => {
      if (match === '&') return note(repairs, 'bare-ampersand', '&amp;');
      if (hex !== undefined)
        return isAllowed(Number.parseInt(hex, 16)) ? match : note(repairs, 'control-character', '');
      if (decimal !== undefined)
        return isAllowed(Number(decimal)) ? match : note(repairs, 'control-character', '');
      if (name === undefined || XML_ENTITIES.has(name)) return match;
      const character = htmlEntity(name);
      return character === null ? match : note(repairs, 'html-entity', character);
    },
  );
  return { text: repaired, repairs: [...repairs] };
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
