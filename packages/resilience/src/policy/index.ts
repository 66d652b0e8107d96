export type { AttemptContext, AttemptFunction } from './pipeline/attempt.ts';
export {
  constant,
  decorrelatedJitter,
  equalJitter,
  exponential,
  fullJitter,
  linear,
} from './backoff/backoff.ts';
export type { Backoff, BackoffDescription, BackoffKind, BackoffPart } from './backoff/backoff.ts';
export { atLeast, atMost, chain, describeBackoff, sum } from './backoff/compose.ts';
export type { ChainLink } from './backoff/compose.ts';
export { smoothJitter } from './backoff/smooth-jitter.ts';
export { breaker } from './breaker/breaker.ts';
export type { Breaker, BreakerOptions, BreakerSnapshot, Permit } from './breaker/breaker.ts';
export type { Outcome } from './breaker/breaker-state.ts';
export { CircuitOpenError } from './breaker/circuit-open-error.ts';
export { deadlines } from './timeout/deadlines.ts';
export type { DeadlineLimits, Deadlines } from './timeout/deadlines.ts';
export type { OnEvent, PolicyEvent } from './events.ts';
export { failureOf } from './pipeline/failure.ts';
export type { AttemptRecord, Failure, StopReason } from './pipeline/failure.ts';
export { gate } from './gate/gate.ts';
export type { Gate, GateClose, GateHold, GateOptions, GateRunOptions, GateView } from './gate/gate.ts';
export { HedgeLostError } from './pipeline/hedge-lost-error.ts';
export { attemptContext } from './pipeline/method.ts';
export type { AnyMethod, PolicyMethodDecorator } from './pipeline/method.ts';
export type { Classifier, PolicyOptions, RetryRule } from './pipeline/options.ts';
export { resilient } from './pipeline/resilient.ts';
export type { Policy, PolicyDescription, Stage } from './pipeline/resilient.ts';
export type { RunOptions } from './pipeline/run.ts';
export type { Stop, StopState } from './pipeline/stop.ts';
export { afterAttempts, afterElapsed, allOf, anyOf, beforeElapsed } from './stop/stops.ts';
export { TimeoutError } from './timeout/timeout-error.ts';
export type { TimeoutCode } from './timeout/timeout-error.ts';
export { tokenBucket } from './budget/token-bucket.ts';
export type { TokenBucket, TokenBucketOptions, TokenBucketSnapshot } from './budget/token-bucket.ts';
export type { OnWait, Wait, WaitKind } from './pipeline/wait.ts';
