import { daySeconds } from '../days.ts';
import { mix, randomFrom } from '../random.ts';
import { authorsOf, type Author } from '../text/authors.ts';
import type { Library, Text } from '../text/library.ts';
import { categories } from './categories.ts';
import { monthStart, type ArxivId } from './ids.ts';

/** One version of a paper. */
export interface ArxivVersion {
  readonly second: number;
  readonly size: string;
  readonly sourceType: string;
}

/** A version that came after the start. */
export interface Revision {
  readonly second: number;
  readonly withdrawn: boolean;
}

/** A paper with every field that the four formats print; an empty text means the field is absent. */
export interface ArxivPaper {
  readonly id: string;
  readonly versions: readonly ArxivVersion[];
  readonly title: Text;
  readonly authors: readonly Author[];
  readonly submitter: string;
  readonly categories: readonly string[];
  readonly comments: string;
  readonly proxy: string;
  readonly reportNo: string;
  readonly mscClass: string;
  readonly acmClass: string;
  readonly journalRef: string;
  readonly doi: string;
  readonly license: string;
  /** Escaped for XML. */
  readonly abstractXml: (form: keyof Text) => string;
}

/** What a paper is made from. */
export interface PaperSource {
  readonly seed: number;
  readonly row: number;
  readonly id: ArxivId;
  /** The stamp with which the paper began. */
  readonly origin: number;
  readonly recordBytes: number;
  readonly revisions: readonly Revision[];
  readonly journal: boolean;
  readonly library: Library;
}

/** Makes a paper from its source alone. */
export function paperOf(source: PaperSource): ArxivPaper {
  const { seed, row, library } = source;
  const random = randomFrom(seed, row, 42);
  const sometimes = (chance: number, text: string): string => (random.next() < chance ? text : '');
  const versions = versionsOf(source);
  const withdrawn = versions.at(-1)?.sourceType.includes('I') === true;
  const authors = authorsOf(seed, row);
  const own = [...new Set(Array.from({ length: 1 + random.below(3) }, () => random.pick(categories)))];
  const comments = sometimes(
    0.6,
    `${5 + random.below(60)} pages, ${random.below(12)} figures; accepted at <ICML> & friends`,
  );
  const inJournal = random.next() < 0.25 || source.journal;
  return {
    id: source.id.id,
    versions,
    title: library.title(row),
    authors,
    submitter: `${authors[0]?.fore.unicode ?? ''} ${authors[0]?.key.unicode ?? 'Anonymous'}`.trim(),
    categories: own,
    comments: withdrawn
      ? 'This paper has been withdrawn by the author due to an error in equation 3'
      : comments,
    proxy: sometimes(0.01, 'ccsd ccsd-00001234'),
    reportNo: sometimes(0.05, `CERN-PH-EP/${2000 + random.below(26)}-${random.below(300)}`),
    mscClass: sometimes(0.15, `${10 + random.below(80)}A${10 + random.below(80)}, 60J27`),
    acmClass: sometimes(0.1, 'I.2.6; F.2.2'),
    journalRef: inJournal ? `J. Sim. Res. ${1 + random.below(90)} (2025) ${100 + random.below(900)}` : '',
    doi: inJournal ? `10.1103/SimRev.${row}.${random.below(9999)}` : '',
    license: random.pick(licenses),
    abstractXml: (form) => library.abstractXml(row, Math.max(120, source.recordBytes - 900), form),
  };
}

const licenses = [
  'http://arxiv.org/licenses/nonexclusive-distrib/1.0/',
  'http://creativecommons.org/licenses/by/4.0/',
  'http://creativecommons.org/publicdomain/zero/1.0/',
];

/** The versions of a paper, the first one first. */
export function versionsOf({ seed, row, id, origin, revisions }: PaperSource): readonly ArxivVersion[] {
  const dice = mix(seed, row, 43);
  const first = id.old
    ? monthStart(id.month) + (dice % (25 * daySeconds))
    : origin - daySeconds - (dice % (3 * daySeconds));
  const count = id.old ? 1 + (dice % 5) : 1 + (dice % 10 === 3 ? 1 : 0);
  const last = Math.max(first + count, origin - 6 * 3600);
  const versions: ArxivVersion[] = [];
  for (let v = 0; v < count; v += 1) {
    const second = v === 0 ? first : Math.round(first + ((last - first) * v) / (count - 1));
    versions.push(version(second, v > 0 && v === count - 1 && mix(seed, row, 41) % 37 === 5, dice + v));
  }
  for (const revision of revisions)
    versions.push(version(revision.second, revision.withdrawn, dice + versions.length));
  return versions;
}

function version(second: number, withdrawn: boolean, dice: number): ArxivVersion {
  const kinds = ['', 'D', 'A', 'X', 'DS'];
  return withdrawn
    ? { second, size: '0kb', sourceType: dice % 2 === 0 ? 'I' : 'SI' }
    : { second, size: `${14 + (dice % 900)}kb`, sourceType: kinds[dice % kinds.length] ?? '' };
}
