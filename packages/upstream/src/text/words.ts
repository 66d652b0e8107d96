/** Words and phrases of which titles and abstracts are made. A pair holds the TeX form and its Unicode form. */
export type Pair = readonly [tex: string, unicode: string];

const same = (text: string): Pair => [text, text];

/** What titles are about. */
export const subjects: readonly Pair[] = [
  'sparse transformers',
  'the pygmy dipole resonance',
  'neutral atoms in optical lattices',
  'single-cell RNA sequencing',
  'gradient flows on graphs',
  'quantum error correction',
  'the Navier-Stokes equations',
  'random walks',
  'large language models',
  'protein folding',
  'dark-matter haloes',
  'contact tracing',
  'causal inference',
  'elliptic curves over $\\mathbb{Q}(\\sqrt{-d})$',
  'macaque auditory cortex',
  'topological insulators',
]
  .map(same)
  .concat([
    ['Schr\\"odinger operators', 'Schrödinger operators'],
    ["Erd\\H{o}s-R\\'enyi graphs", 'Erdős-Rényi graphs'],
    ['K\\"ahler manifolds', 'Kähler manifolds'],
    ["Poincar\\'e recurrences", 'Poincaré recurrences'],
  ]);

/** How titles begin. */
export const openings: readonly string[] = [
  'On',
  'Towards',
  'A note on',
  'Learning',
  'Rethinking',
  'A survey of',
  'Fast algorithms for',
  'Bounds for',
  'Evidence for',
  'Beyond',
];

/** How titles end; some hold TeX and markup characters. */
export const endings: readonly string[] = [
  'with applications to biology',
  'and the limits of scale',
  'in the presence of noise',
  'at $\\sqrt{s} = 13$ TeV',
  'for $n > 2$ & beyond',
  'when p < 0.05',
  'revisited',
  'via CDATA-free <markup>',
  '(extended version)',
  'under α-stable noise',
];

/** Sentences with what breaks careless readers: entities, markup, TeX, other scripts, CDATA ends, quotes, long runs. */
export const remarks: readonly Pair[] = [
  same('We show that $x < y$ & $y > z$ imply $x \\neq z$ whenever "quotes" & \'apostrophes\' meet.'),
  same('Мы доказываем теорему о единственности решения задачи Коши.'),
  same('本研究では、新しい手法を提案し、その有効性を示す。'),
  same('The parameters α, β and Γ satisfy 0 ≤ α ≪ β; see <b>Table&nbsp;2</b> and x&#13;y.'),
  same('The fragment <![CDATA[a & b]]> is data, not markup: ]]> ends nothing here.'),
  [
    "Following M\\\"uller and Garc\\'ia, we extend the result of \\'{E}variste.",
    'Following Müller and García, we extend the result of Évariste.',
  ],
  same('Our code is at https://example.org/repo?a=1&b=2#top, under CC0; 100% of the runs were repeated.'),
  same(
    '<math xmlns="http://www.w3.org/1998/Math/MathML"><mi>x</mi><mo>&lt;</mo><mn>1</mn></math> holds almost surely.',
  ),
];

/** Subjects of plain sentences. */
export const clauses: readonly string[] = [
  'we introduce a method that',
  'the proposed estimator',
  'a careful analysis',
  'our main theorem',
  'the measured spectrum',
  'a convolution of the two kernels',
  'the second cohort',
  'an independent replication',
  'the lower bound',
  'each sample',
];

/** Verbs of plain sentences. */
export const verbs: readonly string[] = [
  'improves on',
  'is consistent with',
  'depends weakly on',
  'generalises',
  'rules out',
  'converges to',
  'is bounded by',
  'explains',
];

/** Objects of plain sentences. */
export const objects: readonly string[] = [
  'previous results by a factor of two',
  'the observed variance across 1,024 sites',
  'earlier theoretical predictions',
  'a Gaussian limit in total variation',
  'the state of the art on three public data sets',
  'the known constraints at 95% confidence',
  'a family of exactly solvable models',
  'the behaviour in the thermodynamic limit',
  'recordings from twelve animals',
];

/** Key name, forenames, suffix (often empty), each as a pair. */
export const people: readonly (readonly [key: Pair, fore: Pair, suffix: string])[] = [
  [same('Smolin'), same('Lee'), ''],
  [same('Song'), same('Guohui'), ''],
  [same('Hickernell'), same('Fred J.'), ''],
  [['R\\"oglin', 'Röglin'], same('Heiko'), ''],
  [['Erd\\H{o}s', 'Erdős'], ["P\\'al", 'Pál'], ''],
  [same('de Miranda Fragoso'), same('Tiago'), ''],
  [same('King'), same('Martin L.'), 'Jr'],
  [same('Иванов'), same('Пётр'), ''],
  [same('山田'), same('太郎'), ''],
  [same("O'Neill"), same('Sinéad'), ''],
  [same('Nguyen'), same('Thi Minh'), ''],
  [same('van der Berg'), same('Anna-Maria'), ''],
  [same('ATLAS Collaboration'), same(''), ''],
  [same('Garcia-Pelegrin'), same('E.'), ''],
  [same('Almaas'), same('Eivind'), ''],
  [same('Smith'), same('J. & K.'), 'III'],
];
