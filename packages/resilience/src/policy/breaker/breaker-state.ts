/** What a call showed: `none` is no evidence (cancelled, permanent, throttled) and changes nothing. */
export type Outcome = 'success' | 'failure' | 'none';

/** `until` is monotonic time. `openings` counts openings since the circuit was last closed. */
export type BreakerState =
  | { readonly kind: 'closed'; readonly failures: number }
  | {
      readonly kind: 'open';
      readonly openings: number;
      readonly openMs: number;
      readonly until: number;
    }
  | {
      readonly kind: 'half-open';
      readonly openings: number;
      /** Probes under way. */
      readonly probes: number;
      readonly successes: number;
    };

/** What can happen to a breaker. `now` is monotonic time. */
export type BreakerInput =
  | { readonly kind: 'admit'; readonly now: number }
  | { readonly kind: 'outcome'; readonly outcome: Outcome; readonly now: number }
  | { readonly kind: 'probe-now'; readonly now: number };

/** The figures of a breaker. */
export interface BreakerRules {
  readonly failures: number;
  readonly halfOpenProbes: number;
  /** How long the n-th opening in a row lasts, in ms. */
  openMs(openings: number): number;
}

/** The breaker's whole behaviour. An `admit` that returns the state it was given, not closed, is a refusal. */
export function transition(state: BreakerState, input: BreakerInput, rules: BreakerRules): BreakerState {
  switch (state.kind) {
    case 'closed':
      return fromClosed(state, input, rules);
    case 'open':
      return fromOpen(state, input);
    case 'half-open':
      return fromHalfOpen(state, input, rules);
  }
}

function fromClosed(
  state: BreakerState & { readonly kind: 'closed' },
  input: BreakerInput,
  rules: BreakerRules,
): BreakerState {
  if (input.kind !== 'outcome' || input.outcome === 'none') return state;
  if (input.outcome === 'success') return state.failures === 0 ? state : { kind: 'closed', failures: 0 };
  const failures = state.failures + 1;
  return failures < rules.failures ? { kind: 'closed', failures } : open(1, input.now, rules);
}

function fromOpen(state: BreakerState & { readonly kind: 'open' }, input: BreakerInput): BreakerState {
  if (input.kind === 'probe-now') return { ...state, until: Math.min(state.until, input.now) };
  if (input.kind === 'outcome' || input.now < state.until) return state;
  return { kind: 'half-open', openings: state.openings, probes: 1, successes: 0 };
}

function fromHalfOpen(
  state: BreakerState & { readonly kind: 'half-open' },
  input: BreakerInput,
  rules: BreakerRules,
): BreakerState {
  if (input.kind === 'probe-now') return state;
  if (input.kind === 'admit') {
    const free = state.probes + state.successes < rules.halfOpenProbes;
    return free ? { ...state, probes: state.probes + 1 } : state;
  }
  const probes = Math.max(0, state.probes - 1);
  if (input.outcome === 'none') return { ...state, probes };
  if (input.outcome === 'failure') return open(state.openings + 1, input.now, rules);
  const successes = state.successes + 1;
  return successes < rules.halfOpenProbes ? { ...state, probes, successes } : { kind: 'closed', failures: 0 };
}

function open(openings: number, now: number, rules: BreakerRules): BreakerState {
  const openMs = rules.openMs(openings);
  return { kind: 'open', openings, openMs, until: now + openMs };
}
