import type { HistoryResult } from './history.ts';

/** What many histories came to. */
export interface Tally {
  histories: number;
  /** In how many histories each fault fired. */
  readonly fired: Record<string, number>;
  /** In how many histories each transition occurred. */
  readonly transitions: Record<string, number>;
  readonly violations: { readonly seed: number; readonly what: string }[];
}

const CALLS: readonly string[] = ['hang', 'slow', 'network', 'odd', 'dies'];
const WITHOUT_PEER: readonly string[] = ['hang', 'slow', 'network', 'odd'];

/** Faults that every run has to have tried. */
export const EXPECTED_FAULTS: readonly string[] = [
  ...['probe', 'check', 'snapshot', 'usage', 'view', 'work', 'login'].flatMap((call) => named(call, CALLS)),
  ...['open', 'reattach', 'view close'].flatMap((call) => named(call, WITHOUT_PEER)),
  ...named('close', ['hang', 'slow', 'odd']),
  'login: throttled',
  ...named('refresh', ['hang', 'odd']),
  'refreshed',
  'open: permanent',
  'open yields late',
  'reattached',
  'login expired',
  'a person is needed',
  'a person resumes',
  'resumed an open circuit',
  'cancelled',
  'recycled',
  'checked',
  'nested use',
  'stale lease used',
  'view lost',
  'killed while ready',
  'killed in between',
  'died silently',
  'disconnected, alive',
  'frozen for a moment',
  'frozen for long',
  'late signal of an old peer',
  'slept',
  'stood still',
  'drained in the storm',
];

/** Transitions between states that people see. */
export const EXPECTED_TRANSITIONS: readonly string[] = [
  'idle -> opening',
  'opening -> opening',
  'opening -> ready',
  'opening -> needs-human',
  'opening -> open-circuit',
  'ready -> suspect',
  'ready -> recovering',
  'ready -> open-circuit',
  'ready -> draining',
  'suspect -> ready',
  'suspect -> suspect',
  'suspect -> recovering',
  'suspect -> needs-human',
  'suspect -> open-circuit',
  'recovering -> recovering',
  'recovering -> ready',
  'recovering -> needs-human',
  'recovering -> open-circuit',
  'recovering -> draining',
  'needs-human -> opening',
  'needs-human -> recovering',
  'needs-human -> suspect',
  'open-circuit -> opening',
  'open-circuit -> recovering',
  'open-circuit -> draining',
  'draining -> closed',
];

/** What is seen in fewer histories than this was hardly tried. */
const LEAST_SHARE = 0.01;

/** Nothing counted yet. */
export function emptyTally(): Tally {
  return { histories: 0, fired: {}, transitions: {}, violations: [] };
}

/** Counts one history. */
export function count(tally: Tally, result: HistoryResult): void {
  tally.histories += 1;
  for (const name of result.fired) tally.fired[name] = (tally.fired[name] ?? 0) + 1;
  for (const name of result.transitions) tally.transitions[name] = (tally.transitions[name] ?? 0) + 1;
  for (const what of new Set(result.violations)) tally.violations.push({ seed: result.seed, what });
}

/** Adds another tally. */
export function merge(into: Tally, other: Tally): void {
  into.histories += other.histories;
  for (const kind of ['fired', 'transitions'] as const) {
    for (const [name, times] of Object.entries(other[kind]))
      into[kind][name] = (into[kind][name] ?? 0) + times;
  }
  into.violations.push(...other.violations);
}

/** Expected faults and transitions that occurred in less than 1 % of the histories. */
export function hardlyTried(tally: Tally): readonly string[] {
  const least = tally.histories * LEAST_SHARE;
  return [
    ...EXPECTED_FAULTS.filter((name) => (tally.fired[name] ?? 0) < least),
    ...EXPECTED_TRANSITIONS.filter((name) => (tally.transitions[name] ?? 0) < least),
  ];
}

function named(call: string, faults: readonly string[]): readonly string[] {
  return faults.map((fault) => `${call}: ${fault}`);
}
