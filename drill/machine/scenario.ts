/** What one scenario showed. */
export interface Finding {
  readonly scenario: string;
  /** Evidence that the fault really happened. */
  readonly fired: string | null;
  readonly seen: string;
  /** Sentences about what did not hold. */
  readonly problems: readonly string[];
}

/** A change of the machine that a running harvest has to bear. */
export interface Scenario {
  readonly name: string;
  /** Why it cannot be played on this machine; null = it can. */
  readonly missing: () => string | null;
  readonly play: () => Promise<Omit<Finding, 'scenario'>>;
}

/** `1.2 s, 0.9 s, never`. */
export function times(all: readonly (number | null)[]): string {
  return all.map((ms) => (ms === null ? 'never' : `${(ms / 1000).toFixed(2)} s`)).join(', ');
}
