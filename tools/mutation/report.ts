import { isDead } from './known-survivors.ts';
import type { Explained, KnownSurvivor } from './known-survivors.ts';
import type { Outcome, Tried } from './try-mutants.ts';

/** Counts of one file, or of all. */
export interface Counts extends Readonly<Record<Outcome, number>> {
  readonly mutants: number;
  /** Survivors, also uncovered ones, that are explained as equivalent. */
  readonly equivalent: number;
  /** Per cent that was noticed, of all. */
  readonly score: number;
  /** The same of those that are not equivalent; this one decides. */
  readonly netScore: number;
}

/** What a run came to. */
export interface Report {
  readonly files: Readonly<Record<string, Counts>>;
  readonly total: Counts;
  readonly survivors: readonly (Tried & { readonly known: KnownSurvivor | undefined })[];
  readonly stale: readonly KnownSurvivor[];
}

/** Adds up what was tried. */
export function reportOn(tried: readonly Tried[], explained: Explained): Report {
  const byFile = Object.groupBy(tried, ({ mutant }) => mutant.file);
  return {
    files: Object.fromEntries(
      Object.entries(byFile).map(([file, some]) => [file, count(some ?? [], explained)]),
    ),
    total: count(tried, explained),
    survivors: tried
      .filter(({ outcome }) => !isDead(outcome))
      .map((each) => ({ ...each, known: explained.of(each) })),
    stale: explained.stale,
  };
}

/** The report for people. */
export function linesOf({ files, total, survivors, stale }: Report): readonly string[] {
  const rows = [...Object.entries(files), ['total', total] as const];
  const width = Math.max(...rows.map(([name]) => name.length));
  const head = [
    'mutants',
    'killed',
    'timeout',
    'survived',
    'uncovered',
    'equivalent',
    'score',
    'without equivalent',
  ];
  return [
    ...survivors.map(
      ({ mutant: { file, line, operator, original, mutated }, outcome, known }) =>
        `${outcome} ${file}:${line} ${operator}: ${original} -> ${mutated || '(left out)'}` +
        (known === undefined ? '' : ` [${known.reason}: ${known.why}]`),
    ),
    ...stale.map(
      ({ file, operator, lineText, original, mutated }) =>
        `stale: ${file} ${operator}: ${original} -> ${mutated} in "${lineText}" does not survive any more`,
    ),
    '',
    [''.padEnd(width), ...head].join('  '),
    ...rows.map(([name, counts]) =>
      [name.padEnd(width), ...cells(counts).map((cell, at) => cell.padStart(head[at]?.length ?? 0))].join(
        '  ',
      ),
    ),
  ];
}

function cells(counts: Counts): readonly string[] {
  const { mutants, killed, timeout, survived, uncovered, equivalent, score, netScore } = counts;
  const whole = [mutants, killed, timeout, survived, uncovered, equivalent].map(String);
  return [...whole, `${score.toFixed(1)} %`, `${netScore.toFixed(1)} %`];
}

function count(tried: readonly Tried[], explained: Explained): Counts {
  const of = (outcome: Outcome): number => tried.filter((each) => each.outcome === outcome).length;
  const equivalent = tried.filter((each) => explained.of(each)?.reason === 'equivalent').length;
  const dead = of('killed') + of('timeout');
  const share = (whole: number): number => (whole === 0 ? 100 : (dead / whole) * 100);
  return {
    mutants: tried.length,
    killed: of('killed'),
    timeout: of('timeout'),
    survived: of('survived'),
    uncovered: of('uncovered'),
    equivalent,
    score: share(tried.length),
    netScore: share(tried.length - equivalent),
  };
}
