/** Lines as arXiv's snapshot has them, made by seed: their sizes, keys and kinds of text are those of the real ones. */

const WORDS =
  'the of and a in to is we that for with by on are this as which an from be field model quantum energy state system theory results show method data spin magnetic density phase transition neutrino galaxies stellar function space group algebra finite number graph network learning deep neural gauge symmetry \\alpha \\beta $L^2$ $\\mathbb{R}^n$ $m_{\\chi}$ measurement experimental numerical simulations observed between using approach problem solution algorithm'.split(
    ' ',
  );
const NAMES =
  'Balázs Berger Nadolsky Yuan Streinu Theran Pan Callan Ong Cheng Müller Nguyễn García Łuczak Ito Kim Wang Smith Ødegaard Brown'.split(
    ' ',
  );
const CATEGORIES = [
  'hep-ph',
  'math.CO cs.CG',
  'physics.gen-ph',
  'cs.LG stat.ML',
  'astro-ph.GA',
  'cond-mat.mes-hall quant-ph',
];
const PER_MONTH = 9_000;

/** A source of numbers in [0, 1) that a seed decides (mulberry32). */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** The id of the n-th line: dense numbers of months from 2007-04 on. */
export function idOf(n: number): string {
  const month = 3 + Math.floor(n / PER_MONTH) + 12 * 7;
  const year = Math.floor(month / 12);
  const yearMonth = `${String(year).padStart(2, '0')}${String((month % 12) + 1).padStart(2, '0')}`;
  const number = String((n % PER_MONTH) + 1);
  return `${yearMonth}.${number.padStart(yearMonth <= '1412' ? 4 : 5, '0')}`;
}

/** The n-th line of a seed, without its end. */
export function lineOf(seed: number, n: number): string {
  const random = randomOf(Math.imul(seed, 2_654_435_761) + n);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  const words = (count: number): string => Array.from({ length: count }, () => pick(WORDS)).join(' ');
  const wrapped = (text: string): string => text.replace(/(.{60,75}) /g, '$1\n');
  const id = idOf(n);
  const [year, month] = [`20${id.slice(0, 2)}`, Number(id.slice(2, 4))];
  const day = 1 + Math.floor(random() * 28);
  const at = new Date(Date.UTC(Number(year), month - 1, day, 12, 30, 15));
  const authors = Array.from({ length: 1 + Math.floor(random() * 6) }, () => [
    pick(NAMES),
    `${pick(NAMES).slice(0, 1)}.`,
    '',
  ]);
  const versions = Array.from({ length: 1 + Math.floor(random() * 3) }, (_, index) => ({
    version: `v${String(index + 1)}`,
    created: new Date(at.getTime() + index * 40 * 86_400_000).toUTCString(),
  }));
  return JSON.stringify({
    id,
    submitter: authors[0]?.join(' ') ?? null,
    authors: authors.map(([key, first]) => `${first ?? ''} ${key ?? ''}`).join(', '),
    title: wrapped(words(9)),
    comments:
      random() < 0.7
        ? `${String(4 + Math.floor(random() * 40))} pages, ${String(Math.floor(random() * 12))} figures`
        : null,
    'journal-ref': random() < 0.4 ? `Phys.Rev.D${String(Math.floor(random() * 99))}:013009,${year}` : null,
    doi: random() < 0.5 ? `10.1103/PhysRevD.${String(Math.floor(random() * 99))}.${String(n)}` : null,
    'report-no': null,
    categories: pick(CATEGORIES),
    license: 'http://arxiv.org/licenses/nonexclusive-distrib/1.0/',
    abstract: `  ${wrapped(words(150))}\n`,
    versions,
    update_date: new Date(at.getTime() + (versions.length - 1) * 40 * 86_400_000).toISOString().slice(0, 10),
    authors_parsed: authors,
  });
}
