/** An author as citation formats know one: two parts where they are certain, else the name as it is. */
export type PersonName = { readonly family: string; readonly given: string } | { readonly literal: string };

const GROUP =
  /\b(?:collaborations?|consortium|groups?|team|committee|project|network|university|institute|initiative|society|association)\b/i;
const SUFFIX = /^(?:jr|sr|i{1,3}|iv|ph\.?d|md)\.?$/i;
const PARTICLE = /^(?:von|van|der|den|de|del|della|di|da|dos|du|la|le|ter|ten|bin|ibn|al|el|the|and|et)$/i;
const INITIALS = /^(?:\p{Lu}\.?-?){1,3}$/u;
/** Scripts that write the family first, without a comma. */
const FAMILY_FIRST = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u;

/**
 * Splits a name. Certain are `Family, Given`, two plain words (`Given Family`, as arXiv lists them) and initials before
 * one word. Groups, particles, suffixes, three words and names written family first stay whole: a wrong split is
 * worse than none.
 */
export function splitName(name: string): PersonName {
  const literal = { literal: name };
  if (GROUP.test(name)) return literal;
  if (name.includes(',')) {
    const [family = '', given = '', ...more] = name.split(',').map((part) => part.trim());
    const isCertain = family !== '' && given !== '' && more.length === 0 && !SUFFIX.test(given);
    return isCertain ? { family, given } : literal;
  }
  const words = name.split(' ');
  const family = words.at(-1) ?? '';
  const given = words.slice(0, -1);
  if (given.length === 0 || FAMILY_FIRST.test(name)) return literal;
  if (!given.every((word) => INITIALS.test(word)) && given.length > 1) return literal;
  if (words.some((word) => PARTICLE.test(word) || SUFFIX.test(word) || !/\p{L}/u.test(word))) return literal;
  return INITIALS.test(family) ? literal : { family, given: given.join(' ') };
}
