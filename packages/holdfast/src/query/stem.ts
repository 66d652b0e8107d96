/**
 * The Porter stemmer ("An algorithm for suffix stripping", 1980) with the conditions of SQLite's `porter`
 * tokenizer, so that a query evaluated without an index finds what one with an index finds.
 */
export function stem(word: string): string {
  if (word.length < 3 || word.length > 64 || !/^[a-z]+$/.test(word)) return word;
  return step5(step4(step3(step2(step1(word)))));
}

const CONSONANT = '(?:[^aeiouy]|(?<![^aeiou])y|^y)';
const VOWEL = '(?:[aeiou]|(?<=[^aeiou])y)';
const SEQUENCE = new RegExp(`${VOWEL}+${CONSONANT}+`, 'g');
const HAS_VOWEL = new RegExp(VOWEL);
const ENDS_CVC = /(?:[^aeiouy]|(?<=[aeiou])y|^y)[aeiouy][^aeiouwxy]$/;
const DOUBLE = /([^aeiou])\1$/;

/** How many vowel-consonant sequences a stem has: Porter's m. */
function measure(text: string): number {
  return text.match(SEQUENCE)?.length ?? 0;
}

function step1(word: string): string {
  let text = word;
  if (/(?:ss|i)es$/.test(text)) text = text.slice(0, -2);
  else if (/[^s]s$/.test(text)) text = text.slice(0, -1);
  const past = /^(.*)(?:ed|ing)$/.exec(text)?.[1];
  if (text.endsWith('eed')) {
    if (measure(text.slice(0, -3)) > 0) text = text.slice(0, -1);
  } else if (past !== undefined && HAS_VOWEL.test(past)) text = repairPast(past);
  if (text.endsWith('y') && HAS_VOWEL.test(text.slice(0, -1))) text = `${text.slice(0, -1)}i`;
  return text;
}

function repairPast(text: string): string {
  if (/(?:at|bl|iz)$/.test(text)) return `${text}e`;
  if (DOUBLE.test(text) && !/[lsz]$/.test(text)) return text.slice(0, -1);
  return measure(text) === 1 && ENDS_CVC.test(text) ? `${text}e` : text;
}

const STEP2: Readonly<Record<string, string>> = {
  ational: 'ate',
  tional: 'tion',
  enci: 'ence',
  anci: 'ance',
  izer: 'ize',
  logi: 'log',
  bli: 'ble',
  alli: 'al',
  entli: 'ent',
  eli: 'e',
  ousli: 'ous',
  ization: 'ize',
  ation: 'ate',
  ator: 'ate',
  alism: 'al',
  iveness: 'ive',
  fulness: 'ful',
  ousness: 'ous',
  aliti: 'al',
  iviti: 'ive',
  biliti: 'ble',
};
const STEP3: Readonly<Record<string, string>> = {
  icate: 'ic',
  ative: '',
  alize: 'al',
  iciti: 'ic',
  ical: 'ic',
  ful: '',
  ness: '',
};

function replaceSuffix(word: string, table: Readonly<Record<string, string>>): string {
  const suffix = Object.keys(table)
    .filter((each) => word.endsWith(each))
    .sort((a, b) => b.length - a.length)[0];
  if (suffix === undefined) return word;
  const rest = word.slice(0, -suffix.length);
  return measure(rest) > 0 ? rest + (table[suffix] ?? '') : word;
}

const step2 = (word: string): string => replaceSuffix(word, STEP2);
const step3 = (word: string): string => replaceSuffix(word, STEP3);

function step4(word: string): string {
  const match =
    /^(.*?)(?:ement|ance|ence|able|ible|ment|ant|ent|ism|ate|iti|ous|ive|ize|(?<=[st])ion|al|er|ic|ou)$/.exec(
      word,
    );
  const rest = match?.[1];
  return rest !== undefined && measure(rest) > 1 ? rest : word;
}

function step5(word: string): string {
  let text = word;
  if (text.endsWith('e')) {
    const rest = text.slice(0, -1);
    if (measure(rest) > 1 || (measure(rest) === 1 && !ENDS_CVC.test(rest))) text = rest;
  }
  return text.endsWith('ll') && measure(text.slice(0, -1)) > 1 ? text.slice(0, -1) : text;
}
