import type { Stage } from '../stage.ts';

/** What one scenario showed. */
export interface Finding {
  /** Evidence that the fault really happened. */
  readonly fired: string | null;
  readonly seen: string;
  /** Sentences about what did not hold. */
  readonly problems: readonly string[];
  /** Until the slowest service was asked again, ms; null = one never was. */
  readonly recoverMs: number | null;
  readonly traffic: number;
  readonly lost: number;
  readonly duplicated: number;
  readonly unexpected: number;
}

/** A change of the machine that a running harvest has to bear. */
export interface Scenario {
  readonly name: string;
  /** Why it cannot be played on this machine; null = it can. */
  readonly missing: () => string | null;
  readonly play: (stage: Stage) => Promise<Finding>;
}

/** `1.2 s, 0.9 s, never`. */
export function times(all: readonly (number | null)[]): string {
  return all.map((ms) => (ms === null ? 'never' : `${(ms / 1000).toFixed(2)} s`)).join(', ');
}

/** The longest of these times; null = one never came. */
export function slowest(all: readonly (number | null)[]): number | null {
  return all.some((ms) => ms === null) ? null : Math.max(...all.map((ms) => ms ?? 0));
}
