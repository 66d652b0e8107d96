import type { Stage } from '../../stage.ts';
import { install } from './copy-product.ts';
import { drill, isCaught } from './gate.ts';
import type { Mutant } from './mutant.ts';

/** What came of a mutant. */
export interface Tried {
  readonly mutant: Mutant;
  readonly caught: boolean;
  readonly seen: string;
  readonly traffic: number;
}

/** What came of a row and of the mutants that it has to see. */
export interface Judged {
  readonly row: string;
  readonly mutants: readonly Mutant[];
  /** Why nothing can be said: this machine cannot play the row, or the product fails it without any mistake. */
  readonly void: { readonly why: 'absent' | 'red'; readonly detail: string } | null;
  readonly tried: readonly Tried[];
}

/** A row with its mutants, in the order of the catalogue; those with the most mutants first, so that lanes end together. */
export function groupsOf(mutants: readonly Mutant[]): readonly Pick<Judged, 'row' | 'mutants'>[] {
  return [...Map.groupBy(mutants, ({ caughtBy }) => caughtBy)]
    .map(([row, each]) => ({ row, mutants: each }))
    .toSorted((a, b) => b.mutants.length - a.mutants.length);
}

/**
 * Plays a row on an unmutated copy of the product, and then with each mistake in it: a row that fails anyway, or is not
 * played, catches nothing.
 */
export async function judgeRow(
  { row, mutants }: Pick<Judged, 'row' | 'mutants'>,
  copy: string,
  stage: Stage,
  onTried: (tried: Tried) => void,
): Promise<Judged> {
  const { exit, rows, stderr } = await drill(copy, [row], stage);
  const [control] = rows;
  const detail = control?.findings.join('; ') ?? stderr;
  if (control?.verdict === 'not-covered') return { row, mutants, void: { why: 'absent', detail }, tried: [] };
  if (exit !== 0 || control?.verdict !== 'valid')
    return { row, mutants, void: { why: 'red', detail }, tried: [] };
  const tried: Tried[] = [];
  for (const mutant of mutants) {
    const one = await tryOne(mutant, copy, stage);
    tried.push(one);
    onTried(one);
  }
  return { row, mutants, void: null, tried };
}

async function tryOne(mutant: Mutant, copy: string, stage: Stage): Promise<Tried> {
  const restore = install(mutant, copy);
  try {
    const drilled = await drill(copy, [mutant.caughtBy], stage);
    const [row] = drilled.rows;
    return {
      mutant,
      caught: isCaught(drilled),
      seen: row === undefined ? drilled.stderr : `${row.verdict}: ${row.findings.join('; ')}`,
      traffic: row?.traffic ?? 0,
    };
  } finally {
    restore();
  }
}
