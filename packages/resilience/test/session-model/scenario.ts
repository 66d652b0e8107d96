import { seededRandom } from '../../src/clock/random.ts';

/** A source of choices that depend on the seed alone. */
export interface Dice {
  /** True with this probability. */
  chance(probability: number): boolean;
  /** A whole number from `least` to `most`. */
  between(least: number, most: number): number;
  pick<T>(choices: readonly [T, ...T[]]): T;
}

/** What one history is about. */
export interface Scenario {
  readonly seed: number;
  readonly dice: Dice;
  readonly maxLeases: number | undefined;
  readonly views: boolean;
  readonly auth: 'none' | 'login' | 'refresh';
  readonly expires: boolean;
  readonly reattach: boolean;
  readonly replace: 'close-then-open' | 'open-then-close';
  readonly maxUses: number;
  readonly store: boolean;
  /** How often a call of the adapter goes wrong while the storm lasts. */
  readonly badness: number;
  readonly stormMs: number;
  readonly drainEarly: boolean;
}

/** Dice of a seed. */
export function diceOf(seed: number): Dice {
  const random = seededRandom(seed);
  const between = (least: number, most: number): number =>
    least + Math.floor(random.next() * (most - least + 1));
  return {
    chance: (probability) => random.next() < probability,
    between,
    pick: (choices) => choices[between(0, choices.length - 1)] ?? choices[0],
  };
}

/** The scenario of a seed. */
export function scenarioOf(seed: number): Scenario {
  // Neighbouring seeds of the generator begin alike.
  const dice = diceOf(Math.imul(seed, 0x9e3779b1));
  return {
    seed,
    dice,
    maxLeases: dice.pick([undefined, 1, 2]),
    views: dice.chance(0.5),
    auth: dice.pick(['none', 'login', 'refresh', 'refresh']),
    expires: dice.chance(0.6),
    reattach: dice.chance(0.4),
    replace: dice.chance(0.7) ? 'close-then-open' : 'open-then-close',
    maxUses: dice.chance(0.3) ? dice.between(1, 5) : Infinity,
    store: dice.chance(0.5),
    badness: dice.pick([0, 0.03, 0.1, 0.3]),
    stormMs: dice.between(10_000, 40_000),
    drainEarly: dice.chance(0.1),
  };
}
