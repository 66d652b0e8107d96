/** A deliberate mistake: one text in one source file replaced by another. */
export interface Mutant {
  readonly name: string;
  /** Path below `packages/holdfast/src`. */
  readonly file: string;
  readonly find: string;
  readonly replace: string;
}

/** Each must be caught by the simulation; the unmutated build must pass in the same run. */
export const mutants: readonly Mutant[] = [
  {
    name: 'cursor before rows',
    file: 'ingest/look.ts',
    find: '    await this.#commit({ fetched, url }, walk, JSON.stringify(walk), { next });',
    replace:
      '    await this.#commit(null, walk, JSON.stringify(walk), { next });\n    await this.#commit({ fetched, url }, walk, JSON.stringify(walk), { next });',
  },
  {
    name: 'truncated page accepted',
    file: 'sources/oai-pmh/oai-answer.ts',
    find: "    return verdict.otherwise ?? { type: 'broken',",
    replace:
      "    if (error.code === 'ERR_XML_TRUNCATED') return { type: 'page', items: [], bad: [], end: 'proved', next: null, serverDate: '2026-05-17T12:00:00Z', announced: null, count: 0, repairs: [] };\n    return verdict.otherwise ?? { type: 'broken',",
  },
  {
    name: 'empty page trusted',
    file: 'ingest/walk.ts',
    find: "  const end = `${progress.last ?? ''}|",
    replace:
      "  if (asked === 0) return { mode: 'finished', end: 'confirmed', progress };\n  const end = `${progress.last ?? ''}|",
  },
  {
    name: 'Retry-After ignored',
    file: 'ingest/fetcher.ts',
    find: 'ms: asked.waitMs',
    replace: 'ms: Math.min(asked.waitMs, 1)',
  },
  {
    name: 'no dedupe',
    file: 'model/row-write.ts',
    find: '  if (over && !absorbs && presentHash(over) === content.hash) {',
    replace: '  if (over && absorbs && presentHash(over) === content.hash) {',
  },
  {
    name: 'day-boundary error',
    file: 'sources/oai-pmh/oai-range.ts',
    find: 'range.to === null ? null : addDays(range.to, -1)',
    replace: 'range.to === null ? null : addDays(range.to, -2)',
  },
  {
    name: 'numeric ids',
    file: 'identity/arxiv-id.ts',
    find: "return match === null ? null : normaliseId(match[1] ?? '');",
    replace:
      "return match === null ? null : String(Number(match[1])) === 'NaN' ? normaliseId(match[1] ?? '') : String(Number(match[1]));",
  },
  {
    name: 'refused claim ends the engine',
    file: 'ingest/failure-wait.ts',
    find: '  if (isDisks(error, signal)) return diskWait(error, failures, tools.clock);\n',
    replace: '',
  },
];
