import type { Dice } from './random.ts';

/** The steps of a page's path, and the time before the first one. */
export const PHASES = ['start', 'fetch', 'parse', 'transaction', 'committed'] as const;

/** One of them. */
export type Phase = (typeof PHASES)[number];

/** Who is killed: the parent with everything below it, or the engine alone. */
export type Target = 'tree' | 'engine';

/** One kill that is to be: `delayMs` after the `nth` time that the engine enters `phase`. */
export interface PlannedKill {
  readonly target: Target;
  readonly phase: Phase;
  readonly nth: number;
  readonly delayMs: number;
}

/** How one parent lives: its first engine dies of the first kill, its second of the second. */
export type LifePlan = readonly PlannedKill[];

/** About how long an engine stays in a phase, in ms: kills are spread over that time and a little more. */
const LENGTH: Readonly<Record<Phase, number>> = {
  start: 700,
  fetch: 8,
  parse: 0.6,
  transaction: 3,
  committed: 0.8,
};

/**
 * Plans the life of one parent: half of them lose their engine first, and all die as a whole tree in the end.
 * The phases that were hit least so far come first.
 */
export function planLife(dice: Dice, hits: Readonly<Record<Phase, number>>, left: number): LifePlan {
  const kill = (target: Target): PlannedKill => {
    const phase = choosePhase(dice, hits);
    const early = phase !== 'start' && dice.next() < 0.4;
    return { target, phase, nth: dice.upTo(3), delayMs: early ? 0 : dice.next() * LENGTH[phase] * 1.2 };
  };
  return dice.next() < 0.5 && left > 1 ? [kill('engine'), kill('tree')] : [kill('tree')];
}

function choosePhase(dice: Dice, hits: Readonly<Record<Phase, number>>): Phase {
  if (dice.next() < 0.08) return 'start';
  const steps = ['fetch', 'parse', 'transaction', 'committed'] as const;
  const least = Math.min(...steps.map((phase) => hits[phase]));
  const behind = steps.filter((phase) => hits[phase] === least);
  const [first = 'fetch', ...others] = dice.next() < 0.6 ? behind : steps;
  return dice.pick([first, ...others]);
}
