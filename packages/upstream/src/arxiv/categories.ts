const physics = new Set([
  'astro-ph',
  'cond-mat',
  'gr-qc',
  'hep-ex',
  'hep-lat',
  'hep-ph',
  'hep-th',
  'math-ph',
  'nlin',
  'nucl-ex',
  'nucl-th',
  'physics',
  'quant-ph',
]);

/** Categories of the simulated papers. */
export const categories: readonly string[] = [
  'cs.AI',
  'cs.CL',
  'cs.LG',
  'cs.CV',
  'cs.DS',
  'cs.NA',
  'cs.SY',
  'math.AG',
  'math.CO',
  'math.NA',
  'math.PR',
  'math.MP',
  'math-ph',
  'hep-th',
  'hep-ph',
  'hep-ex',
  'gr-qc',
  'quant-ph',
  'nucl-ex',
  'astro-ph.CO',
  'astro-ph.GA',
  'cond-mat.str-el',
  'physics.optics',
  'nlin.CD',
  'q-bio.NC',
  'q-bio.QM',
  'q-fin.EC',
  'stat.ML',
  'stat.TH',
  'eess.SY',
  'eess.IV',
  'econ.GN',
];

/** Two names of one category: ListRecords lists both sets, ListIdentifiers only the paper's own. */
export const aliases: Readonly<Record<string, string>> = {
  'math.MP': 'math-ph',
  'math-ph': 'math.MP',
  'stat.TH': 'math.ST',
  'cs.NA': 'math.NA',
  'math.NA': 'cs.NA',
  'eess.SY': 'cs.SY',
  'cs.SY': 'eess.SY',
  'q-fin.EC': 'econ.GN',
  'econ.GN': 'q-fin.EC',
};

/** `cs.AI` -> `cs:cs:AI`, `hep-th` -> `physics:hep-th`. */
export function setSpec(category: string): string {
  const [archive = '', part] = category.split('.');
  const group = physics.has(archive) ? 'physics' : archive;
  return part === undefined ? `${group}:${archive}` : `${group}:${archive}:${part}`;
}

/** The sets of a paper. @param expand with the aliases of its categories */
export function setSpecs(own: readonly string[], expand: boolean): readonly string[] {
  const all = expand ? own.flatMap((category) => [category, aliases[category] ?? category]) : own;
  return [...new Set(all.map(setSpec))];
}

/** Every set there is: groups, archives, categories. */
export const allSets: readonly string[] = [
  ...new Set(
    [...categories, ...Object.values(aliases)].map(setSpec).flatMap((spec) => {
      const parts = spec.split(':');
      return parts.map((_, i) => parts.slice(0, i + 1).join(':'));
    }),
  ),
].sort();

/** True when a paper of these sets belongs to the wanted one. */
export function inSet(specs: readonly string[], wanted: string): boolean {
  return specs.some((spec) => spec === wanted || spec.startsWith(`${wanted}:`));
}
