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
export type { Admission, Breaker, BreakerSnapshot, Permit, Refusal } from './breaker/breaker.ts';
export type { BreakerOptions, BreakerRules, SlowCalls } from './breaker/breaker-options.ts';
export type { Outcome } from './breaker/breaker-state.ts';
export { CircuitOpenError } from './breaker/circuit-open-error.ts';
export type { CircuitOpenDetails } from './breaker/circuit-open-error.ts';
export { countWindow, timeWindow } from './breaker/windows.ts';
export type { CountWindow, CountWindowOptions, TimeWindow, TimeWindowOptions } from './breaker/windows.ts';
export { adaptiveThrottle } from './budget/adaptive-throttle.ts';
export type { AdaptiveThrottle, AdaptiveThrottleOptions } from './budget/adaptive-throttle.ts';
export { awsRetryQuota } from './budget/aws-retry-quota.ts';
export type { AwsRetryCosts, AwsRetryQuota, AwsRetryQuotaOptions } from './budget/aws-retry-quota.ts';
export type { Costs } from './budget/costs.ts';
export { grpcThrottle } from './budget/grpc-throttle.ts';
export type { GrpcThrottle, GrpcThrottleOptions } from './budget/grpc-throttle.ts';
export type { RetryBudget } from './budget/retry-budget.ts';
export { acceptance } from './budget/throttle.ts';
export type { Throttle } from './budget/throttle.ts';
export { ThrottledError } from './budget/throttled-error.ts';
export { tokenBucket } from './budget/token-bucket.ts';
export type {
  MemoryTokenBucket,
  TokenBucket,
  TokenBucketOptions,
  TokenBucketSnapshot,
} from './budget/token-bucket.ts';
export { deadlines } from './timeout/deadlines.ts';
export type { DeadlineLimits, Deadlines } from './timeout/deadlines.ts';
export type { CircuitMode, OnEvent, PolicyEvent } from './events.ts';
export { defaultRetry } from './pipeline/default-retry.ts';
export { failureOf } from './pipeline/failure.ts';
export type { AttemptRecord, Excuse, Failure, StopReason } from './pipeline/failure.ts';
export { gate } from './gate/gate.ts';
export type { Gate, GateClose, GateHold, GateOptions, GateRunOptions, GateView } from './gate/gate.ts';
export { HedgeLostError } from './pipeline/hedge-lost-error.ts';
export { adaptive } from './limit/adaptive.ts';
export type { AdaptiveOptions } from './limit/adaptive.ts';
export { adaptiveRate } from './limit/adaptive-rate.ts';
export type { AdaptiveRate, AdaptiveRateOptions, AdaptiveRateSnapshot } from './limit/adaptive-rate.ts';
export { aimd } from './limit/aimd.ts';
export type { AimdOptions } from './limit/aimd.ts';
export { bulkhead } from './limit/bulkhead.ts';
export type { BulkheadOptions } from './limit/bulkhead.ts';
export { BulkheadFullError } from './limit/bulkhead-full-error.ts';
export type { ConcurrencyLimit, LimitSnapshot, Slot } from './limit/concurrency-limit.ts';
export type { LimitAlgorithm, LimitRound } from './limit/limit-algorithm.ts';
export { paceBy } from './limit/pace-by.ts';
export type { PaceOptions } from './limit/pace-by.ts';
export { perOrigin, rateLimit } from './limit/rate-limit.ts';
export type { RateLimitExtras, RateLimitOptions } from './limit/rate-limit.ts';
export { RateLimitedError } from './limit/rate-limited-error.ts';
export type { RateLimiter, Reservation } from './limit/rate-limiter.ts';
export { vegas } from './limit/vegas.ts';
export type { VegasOptions } from './limit/vegas.ts';
export { attemptContext } from './pipeline/method.ts';
export type { AnyMethod, PolicyMethodDecorator } from './pipeline/method.ts';
export type {
  Classifier,
  Fallback,
  FallbackContext,
  HedgeOptions,
  PolicyOptions,
  RetryRule,
  RetryRules,
  StallOptions,
} from './pipeline/options.ts';
export { resilient } from './pipeline/resilient.ts';
export type { Policy, PolicyDescription, Stage } from './pipeline/resilient.ts';
export type { RunOptions } from './pipeline/run-options.ts';
export type { ChaosPolicy } from './pipeline/chaos-policy.ts';
export type { Stop, StopState } from './pipeline/stop.ts';
export { afterAttempts, afterElapsed, allOf, anyOf, beforeElapsed } from './stop/stops.ts';
export { SystemWakeError } from './pipeline/system-wake-error.ts';
export { TimeoutError } from './timeout/timeout-error.ts';
export type { TimeoutCode } from './timeout/timeout-error.ts';
export type { OnWait, Wait, WaitKind } from './pipeline/wait.ts';
