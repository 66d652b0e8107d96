import { hardlyTried, type Tally } from './tally.ts';

/** What was played, and what came of it: plain data, as `--json` prints it. */
export interface Sums extends Tally {
  readonly from: number;
  readonly seeds: number;
  readonly tookMs: number;
  /** Faults and states that occurred too seldom for a verdict; none are told of a short run. */
  readonly unsure: readonly string[];
}

/** A shorter run cannot be expected to have met everything. */
const ENOUGH_SEEDS = 1000;

/** The tally of a run, with what it leaves open. */
export function sumsOf(tally: Tally, run: Pick<Sums, 'from' | 'seeds' | 'tookMs'>): Sums {
  return { ...tally, ...run, unsure: run.seeds < ENOUGH_SEEDS ? [] : hardlyTried(tally) };
}

/** What a person reads. */
export function linesOf({ from, seeds, tookMs, unsure, ...tally }: Sums): readonly string[] {
  const kinds = Object.entries(tally.histories).map(([kind, number]) => `${kind} ${String(number)}`);
  const [crashes, faults, requests] = [tally.crashes, tally.faults, tally.requests].map(String);
  const seconds = (tookMs / 1000).toFixed(1);
  return [
    `${String(seeds)} seeds from ${String(from)}: ${kinds.join(', ')}`,
    `${crashes ?? ''} crashes, ${faults ?? ''} faults fired, ${requests ?? ''} requests in ${seconds} s`,
    ...tally.violations.flatMap(({ seed, kind, what, faults: armed }) => [
      `VIOLATION seed ${String(seed)} (${kind}; ${armed.join(' ')}): ${what}`,
      `  again: npm run simulate -- --from ${String(seed)} --seeds 1`,
    ]),
    ...(unsure.length > 0 ? [`unknown, in fewer than 1 % of the histories: ${unsure.join(', ')}`] : []),
    `${String(seeds - tally.invalid)} valid, ${String(tally.invalid)} invalid`,
  ];
}

/** 5: an invariant was broken. 4: no verdict. */
export function exitCodeOf({ invalid, unsure }: Sums): number {
  if (invalid > 0) return 5;
  return unsure.length > 0 ? 4 : 0;
}
