import { faults, type Kind } from '@holdfast/upstream';
import type { Outcome } from './history.ts';
import { faultOf } from './verdict.ts';

/** A history that broke an invariant. */
export interface Violation {
  readonly seed: number;
  readonly kind: Kind;
  readonly what: string;
  readonly faults: readonly string[];
}

/** Sums of many histories: plain data, so that processes can add theirs up. */
export interface Tally {
  readonly histories: Record<string, number>;
  readonly fired: Record<string, number>;
  readonly reached: Record<string, number>;
  /** The first of them; `invalid` counts all. */
  readonly violations: Violation[];
  invalid: number;
  /** How often a fault fired, over all histories. */
  faults: number;
  crashes: number;
  requests: number;
}

/** States that histories must reach, or the run says nothing about them. */
const EXPECTED = [
  'walk:walking',
  'walk:doubting',
  'walk:begin',
  'walk:confirming-empty',
  'walk:finished',
  'walk:stuck',
  'window:SEALED',
  'window:VERIFIED',
  'window:GAP',
  'window:SPLIT',
  'window:TAIL',
  'gap:open',
  'wait:backoff',
  'wait:cooldown',
  'wait:retry-after',
  'wait:circuit',
  'wait:interval',
  'wait:offline',
  'machine:suspend',
  'machine:stop',
  'machine:clock-step',
  'machine:network',
  'machine:pause',
  'machine:disk',
  'disk:refused',
  'wait:disk',
];
/** What happens in fewer histories than this was hardly tried. */
const LEAST_SHARE = 0.01;
const VIOLATIONS_KEPT = 100;

export function emptyTally(): Tally {
  return {
    histories: {},
    fired: {},
    reached: {},
    violations: [],
    invalid: 0,
    faults: 0,
    crashes: 0,
    requests: 0,
  };
}

/** Adds one history. */
export function count(tally: Tally, outcome: Outcome): void {
  const { scenario, fired, reached, crashes, requests } = outcome;
  add(tally.histories, scenario.kind, 1);
  for (const name of new Set(fired)) add(tally.fired, `${scenario.kind} ${name}`, 1);
  for (const state of reached) add(tally.reached, state, 1);
  tally.crashes += crashes;
  tally.requests += requests;
  tally.faults += fired.length;
  const what = faultOf(outcome);
  if (what !== null)
    note(tally, [{ seed: scenario.seed, kind: scenario.kind, what, faults: scenario.faults }], 1);
}

/** The first by seed are kept, whichever process came first with its own. */
function note(tally: Tally, violations: readonly Violation[], howMany: number): void {
  tally.invalid += howMany;
  tally.violations.push(...violations);
  tally.violations.sort((one, other) => one.seed - other.seed).splice(VIOLATIONS_KEPT);
}

/** Adds the sums of another process. */
export function merge(into: Tally, other: Tally): void {
  for (const name of ['histories', 'fired', 'reached'] as const) {
    for (const [key, value] of Object.entries(other[name])) add(into[name], key, value);
  }
  note(into, other.violations, other.invalid);
  into.faults += other.faults;
  into.crashes += other.crashes;
  into.requests += other.requests;
}

/** Faults (over the kinds that they apply to) and states that occurred too seldom for a verdict. */
export function hardlyTried(tally: Tally): string[] {
  const all = Object.values(tally.histories).reduce((sum, each) => sum + each, 0);
  const states = EXPECTED.filter((state) => (tally.reached[state] ?? 0) < all * LEAST_SHARE);
  const names = faults.filter(({ name, kinds }) => {
    // The product never asks for a category, so that it can be ignored.
    if (name === 'category-echo') return false;
    const simulated = kinds.filter((kind) => (tally.histories[kind] ?? 0) > 0);
    const total = simulated.reduce((sum, kind) => sum + (tally.histories[kind] ?? 0), 0);
    const hits = simulated.reduce((sum, kind) => sum + (tally.fired[`${kind} ${name}`] ?? 0), 0);
    return total > 0 && hits < total * LEAST_SHARE;
  });
  return [...states, ...names.map(({ name }) => name)];
}

function add(sums: Record<string, number>, key: string, value: number): void {
  sums[key] = (sums[key] ?? 0) + value;
}
