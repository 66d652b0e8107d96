import { pick, seededRandom } from './random.ts';
import { abouts, cities, firstNames, hostileTexts, lastNames, letters, subjects } from './texts.ts';

/** A person that the portal proposes. */
export interface Match {
  readonly id: string;
  readonly name: string;
  /** From 0 to 100, with one decimal. */
  readonly score: number;
  readonly city: string;
  readonly about: string;
}

/** A message that the user has received. */
export interface InboxMessage {
  readonly id: string;
  readonly from: string;
  readonly fromName: string;
  readonly subject: string;
  readonly body: string;
}

/** Everything that is on the portal before anybody does anything. */
export interface Corpus {
  readonly matches: readonly Match[];
  readonly inbox: readonly InboxMessage[];
}

/** The data of a seed. Every seventh text is hostile. */
export function seededCorpus(seed: number, counts: { matches: number; inbox: number }): Corpus {
  const random = seededRandom(seed);
  const matches = Array.from({ length: counts.matches }, (_, index) => match(index, random));
  const inbox = Array.from({ length: counts.inbox }, (_, index) => letter(index, matches, random));
  return { matches, inbox };
}

function match(index: number, random: () => number): Match {
  return {
    id: `m${index + 1}`,
    name: `${pick(firstNames, random)} ${pick(lastNames, random)}`,
    score: Math.round(random() * 1000) / 10,
    city: pick(cities, random),
    about: text(index, abouts, random),
  };
}

function letter(index: number, matches: readonly Match[], random: () => number): InboxMessage {
  const from = matches[Math.floor(random() * matches.length)];
  return {
    id: `i${index + 1}`,
    from: from?.id ?? 'unknown',
    fromName: from?.name ?? 'Somebody',
    subject: text(index + 3, subjects, random),
    body: text(index, letters, random),
  };
}

function text(index: number, plain: readonly [string, ...string[]], random: () => number): string {
  return pick(index % 7 === 6 ? hostileTexts : plain, random);
}
