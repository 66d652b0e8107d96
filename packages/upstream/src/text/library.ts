import { mix, randomFrom } from '../random.ts';
import { escapeXml } from './escape.ts';
import { clauses, endings, objects, openings, remarks, subjects, verbs, type Pair } from './words.ts';

/** A text in the forms in which the formats need it. */
export interface Text {
  readonly tex: string;
  readonly unicode: string;
}

const poolSize = 512;

/** The same sentences for every seed, made once: a simulated run takes a fraction of a millisecond to set up. */
const pool = makePool();

function makePool(): { readonly plain: readonly Text[]; readonly escaped: readonly Text[] } {
  const plain = Array.from({ length: poolSize }, (_, i) => sentence(i));
  const escaped = plain.map(({ tex, unicode }) => ({ tex: escapeXml(tex), unicode: escapeXml(unicode) }));
  return { plain, escaped };
}

/**
 * Titles and abstracts by (seed, number). Which sentences an abstract holds depends on the seed;
 * an abstract is a few joins, since a bench measures the client and not this.
 */
export class Library {
  readonly #seed: number;

  constructor(seed: number) {
    this.#seed = seed;
  }

  /** The title of a record; the number in it makes it unique, save for the rare `0` and `1e5`, which are titles too. */
  title(row: number): Text {
    const odd = row % 5003;
    if (odd === 17) return { tex: '0', unicode: '0' };
    if (odd === 18) return { tex: '1e5', unicode: '1e5' };
    const random = randomFrom(this.#seed, row, 21);
    const [tex, unicode] = random.pick(subjects);
    const opening = random.pick(openings);
    const ending = `${random.pick(endings)}, ${roman(1 + random.below(30))}.${row.toString(36)}`;
    return { tex: `${opening} ${tex} ${ending}`, unicode: `${opening} ${unicode} ${ending}` };
  }

  /** Sentences of about so many characters, wrapped, as plain text. */
  abstract(row: number, size: number, form: keyof Text): string {
    return this.#join(pool.plain, row, size, form);
  }

  /** The same sentences, escaped for XML. */
  abstractXml(row: number, size: number, form: keyof Text): string {
    return this.#join(pool.escaped, row, size, form);
  }

  #join(from: readonly Text[], row: number, size: number, form: keyof Text): string {
    const wanted = row % 2003 === 7 ? Math.max(size, 5200) : size;
    let text = '';
    let length = 0;
    for (let step = 0; length < wanted; step += 1) {
      const at = mix(this.#seed, row, 100 + step) % poolSize;
      // The plain form decides, so that both forms hold the same sentences.
      length += pool.plain[at]?.tex.length ?? 1;
      text += step === 0 ? from[at]?.[form] : `\n${from[at]?.[form]}`;
    }
    return text;
  }
}

function sentence(i: number): Text {
  const random = randomFrom(0, i, 22);
  if (i % 12 === 0) return fromPair(random.pick(remarks));
  const clause = random.pick(clauses);
  const text = `${clause.charAt(0).toUpperCase()}${clause.slice(1)} ${random.pick(verbs)}\n${random.pick(objects)} (${1 + random.below(99)}%).`;
  return { tex: text, unicode: text };
}

function fromPair([tex, unicode]: Pair): Text {
  return { tex, unicode };
}

function roman(value: number): string {
  return (
    'X'.repeat(Math.floor(value / 10)) +
    (['', 'I', 'II', 'III', 'IV', 'V', 'VI', 'VII', 'VIII', 'IX'][value % 10] ?? '')
  );
}
