/** What a call showed: `none` is no evidence (cancelled, permanent, throttled) and changes nothing. */
export type Outcome = 'success' | 'failure' | 'none';

/** A probe under way. `at`: when it was admitted. */
export interface Probe {
  readonly id: number;
  readonly at: number;
}

/**
 * Times are elapsed time (`clock/elapsed.ts`). `openings` counts openings since the circuit was last closed, and
 * `openMs` is the length of the last one. What a closed circuit counts is not here but in its tally.
 */
export type BreakerState =
  | { readonly kind: 'closed' }
  | {
      readonly kind: 'open';
      readonly openings: number;
      readonly openMs: number;
      readonly until: number;
    }
  | {
      readonly kind: 'half-open';
      readonly openings: number;
      readonly openMs: number;
      readonly probes: readonly Probe[];
      /** Probes whose slot was lent again; the last of them. */
      readonly givenUp: readonly number[];
      readonly successes: number;
    }
  | { readonly kind: 'isolated'; readonly reason: string };

/** What can happen to a breaker. */
export type BreakerInput =
  /** Somebody asks for leave; `id` names the probe that this may become. */
  | { readonly kind: 'admit'; readonly now: number; readonly id: number }
  /** What the probe `id` showed. */
  | { readonly kind: 'outcome'; readonly outcome: Outcome; readonly now: number; readonly id: number }
  /** The tally of the closed circuit has seen enough. */
  | { readonly kind: 'trip'; readonly now: number }
  | { readonly kind: 'probe-now'; readonly now: number }
  | { readonly kind: 'isolate'; readonly reason: string }
  | { readonly kind: 'release' };

/** The figures that the transitions need. */
export interface BreakerFigures {
  readonly halfOpenProbes: number;
  /**
   * The longest opening, in ms. A probe that has not reported for so long is given up once its slot is asked for, and
   * the slot is lent again.
   */
  readonly maxOpenMs: number;
  /** How long the n-th opening in a row lasts, in ms; `previousMs` is the length of the one before. */
  openMs(openings: number, previousMs: number | undefined): number;
}

/** Of so many probes that were given up a success is still heard. */
const GIVEN_UP_KEPT = 100;

/** A closed circuit. */
export const CLOSED: BreakerState = Object.freeze({ kind: 'closed' });

/**
 * The breaker's whole behaviour but for the counting while closed. An `admit` that returns the state it was given,
 * not closed, is a refusal.
 */
export function transition(state: BreakerState, input: BreakerInput, figures: BreakerFigures): BreakerState {
  if (input.kind === 'isolate') return { kind: 'isolated', reason: input.reason };
  switch (state.kind) {
    case 'closed':
      return input.kind === 'trip' ? open(1, input.now, undefined, figures) : state;
    case 'open':
      return fromOpen(state, input);
    case 'half-open':
      return fromHalfOpen(state, input, figures);
    case 'isolated':
      return input.kind === 'release' ? CLOSED : state;
  }
}

function fromOpen(state: BreakerState & { readonly kind: 'open' }, input: BreakerInput): BreakerState {
  if (input.kind === 'probe-now') return { ...state, until: Math.min(state.until, input.now) };
  if (input.kind !== 'admit' || input.now < state.until) return state;
  const { openings, openMs } = state;
  const probes = [{ id: input.id, at: input.now }];
  return { kind: 'half-open', openings, openMs, probes, givenUp: [], successes: 0 };
}

function fromHalfOpen(
  state: BreakerState & { readonly kind: 'half-open' },
  input: BreakerInput,
  figures: BreakerFigures,
): BreakerState {
  const { openings, openMs, successes } = state;
  if (input.kind === 'admit') return admitProbe(state, input, figures);
  if (input.kind !== 'outcome') return state;
  const probes = state.probes.filter(({ id }) => id !== input.id);
  const givenUp = state.givenUp.filter((id) => id !== input.id);
  if (probes.length === state.probes.length) {
    // Of a probe that was given up a success counts all the same: where every call takes longer than the longest
    // opening no other ever comes, and the circuit would stay half open for ever. Anything else, and a second report, is void.
    if (input.outcome !== 'success' || givenUp.length === state.givenUp.length) return state;
  }
  if (input.outcome === 'failure') return open(openings + 1, input.now, openMs, figures);
  if (input.outcome === 'none') return { ...state, probes };
  if (successes + 1 >= figures.halfOpenProbes) return CLOSED;
  return { ...state, probes, givenUp, successes: successes + 1 };
}

function admitProbe(
  state: BreakerState & { readonly kind: 'half-open' },
  { now, id }: BreakerInput & { readonly kind: 'admit' },
  { maxOpenMs, halfOpenProbes }: BreakerFigures,
): BreakerState {
  const live = state.probes.filter(({ at }) => now - at < maxOpenMs);
  if (live.length + state.successes >= halfOpenProbes) return state;
  const lost = state.probes.filter((probe) => !live.includes(probe)).map((probe) => probe.id);
  const givenUp = [...state.givenUp, ...lost].slice(-GIVEN_UP_KEPT);
  return { ...state, probes: [...live, { id, at: now }], givenUp };
}

function open(
  openings: number,
  now: number,
  previousMs: number | undefined,
  figures: BreakerFigures,
): BreakerState {
  const openMs = Math.min(figures.maxOpenMs, figures.openMs(openings, previousMs));
  return { kind: 'open', openings, openMs, until: now + openMs };
}
