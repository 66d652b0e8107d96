/**
 * Finds circles in a chain of tokens in constant memory: Brent's algorithm ("An improved Monte Carlo
 * factorization algorithm", 1980). One token is remembered; after 1, 2, 4, 8 … steps it is replaced, so that
 * a circle of length n is noticed within about 3n steps.
 */
export interface LoopGuard {
  readonly remembered: string | null;
  readonly steps: number;
  readonly power: number;
}

/** The guard before the first token. */
export function startLoop(): LoopGuard {
  return { remembered: null, steps: 0, power: 1 };
}

/** The guard after one more token, or null when the token was seen before. */
export function followLoop(guard: LoopGuard, token: string): LoopGuard | null {
  if (guard.remembered === token) return null;
  if (guard.steps + 1 < guard.power)
    return { ...guard, remembered: guard.remembered, steps: guard.steps + 1 };
  return { remembered: token, steps: 0, power: guard.power * 2 };
}
