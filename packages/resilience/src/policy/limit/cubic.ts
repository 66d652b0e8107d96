/** The constants of CUBIC. */
export interface CubicRules {
  /** What a throttle leaves of the rate; 0.7 in the reference. */
  readonly beta: number;
  /** How fast the rate grows; 0.4. */
  readonly scale: number;
  /** Weight of the last half second in the measured rate; 0.8. */
  readonly smooth: number;
  /** Never less calls per second than this; 0.5. */
  readonly minRate: number;
  /** Tokens that may always be saved up; 1. */
  readonly minCapacity: number;
}

/** Rates in calls per second, times in seconds since the beginning. */
export interface CubicState {
  /** False until the first throttle: until then nothing is limited. */
  readonly enabled: boolean;
  readonly measuredRate: number;
  readonly fillRate: number;
  /** Most tokens that can be saved up. */
  readonly capacity: number;
  /** The rate at which the last throttle came. */
  readonly lastMaxRate: number;
  readonly lastThrottleAt: number;
  /** The half second up to which the rate has been measured, and calls since. */
  readonly measuredUntil: number;
  readonly calls: number;
}

/** Before anything has been learnt. */
export function cubicStart({ minRate, minCapacity }: CubicRules): CubicState {
  return {
    enabled: false,
    measuredRate: 0,
    fillRate: minRate,
    capacity: minCapacity,
    lastMaxRate: 0,
    lastThrottleAt: 0,
    measuredUntil: 0,
    calls: 0,
  };
}

/**
 * What the end of one call teaches. The congestion control CUBIC (RFC 9438) on a sending rate, as the AWS SDKs define
 * it for their adaptive retry mode (smithy-typescript, util-retry `DefaultRateLimiter`, Apache-2.0; this is written from
 * the formulae). After a throttle the rate is `beta` times what was sent; then it grows steeply, flattens near the rate
 * at which the throttle came, and grows beyond it: `scale · (t − window)³ + lastMaxRate`, never above twice what is
 * really sent.
 */
export function cubicNext(state: CubicState, throttled: boolean, at: number, rules: CubicRules): CubicState {
  const measured = measure(state, at, rules);
  const { enabled, measuredRate, fillRate } = measured;
  if (!throttled) return withRate(measured, grown(measured, at, rules), rules);
  const lastMaxRate = enabled ? Math.min(measuredRate, fillRate) : measuredRate;
  const after = { ...measured, enabled: true, lastMaxRate, lastThrottleAt: at };
  return withRate(after, rounded(lastMaxRate * rules.beta), rules);
}

function measure(state: CubicState, at: number, { smooth }: CubicRules): CubicState {
  const calls = state.calls + 1;
  const until = Math.floor(at * 2) / 2;
  if (until <= state.measuredUntil) return { ...state, calls };
  const current = calls / (until - state.measuredUntil);
  const measuredRate = rounded(current * smooth + state.measuredRate * (1 - smooth));
  return { ...state, measuredRate, measuredUntil: until, calls: 0 };
}

function grown({ lastMaxRate, lastThrottleAt }: CubicState, at: number, rules: CubicRules): number {
  const window = rounded(Math.cbrt((lastMaxRate * (1 - rules.beta)) / rules.scale));
  return rounded(rules.scale * (at - lastThrottleAt - window) ** 3 + lastMaxRate);
}

function withRate(state: CubicState, calculated: number, { minRate, minCapacity }: CubicRules): CubicState {
  const rate = Math.min(calculated, 2 * state.measuredRate);
  return { ...state, fillRate: Math.max(rate, minRate), capacity: Math.max(rate, minCapacity) };
}

/** To eight places, as the reference does; its numbers can then be compared. */
function rounded(value: number): number {
  return Number(value.toFixed(8));
}
