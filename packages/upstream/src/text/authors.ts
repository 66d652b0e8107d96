import { randomFrom } from '../random.ts';
import { people } from './words.ts';
import type { Text } from './library.ts';

/** One author in both forms. */
export interface Author {
  readonly key: Text;
  readonly fore: Text;
  readonly suffix: string;
  readonly affiliation: string;
}

/** The authors of a record: one to six, and 701 on every 997th record. */
export function authorsOf(seed: number, row: number): readonly Author[] {
  const random = randomFrom(seed, row, 31);
  const count = row % 997 === 500 ? 701 : 1 + random.below(6);
  return Array.from({ length: count }, () => {
    const [key, fore, suffix] = random.pick(people);
    return {
      key: { tex: key[0], unicode: key[1] },
      fore: { tex: fore[0], unicode: fore[1] },
      suffix,
      affiliation: random.below(12) === 0 ? 'Département de Physique & Chimie, Université 7' : '',
    };
  });
}

/** `Lee Smolin, Fred J. Hickernell and Martin L. King Jr`, as arXiv's raw formats give it. */
export function authorLine(authors: readonly Author[], form: keyof Text): string {
  const names = authors.map((author) =>
    [author.fore[form], author.key[form], author.suffix].filter((part) => part !== '').join(' '),
  );
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}
