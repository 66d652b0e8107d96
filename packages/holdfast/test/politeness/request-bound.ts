import type { PolicyDescription } from '@holdfast/resilience';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
/** Lengths of the circuit's openings (`engine/request-policy.ts`): doubled from the first to the longest. */
const FIRST_OPENING = 15 * SECOND;
const LONGEST_OPENING = 5 * MINUTE;
/** A cool-down without a named time doubles up to this often (`ingest/fetcher.ts`). */
const COOLDOWN_DOUBLINGS = 6;

/** When a gap is tried again, for the first hour and beyond. */
const GAP_DELAYS = [5 * SECOND, 30 * SECOND, 60 * MINUTE];

/**
 * The most requests that an upstream gets within `elapsedMs` when it gives no usable answer: it refuses
 * connections, resets them, stays silent, or answers 5xx or something else that is no answer.
 *
 * Every request, also one that only asks whether the upstream lives, goes through one circuit for each service. It
 * admits `failures` requests, then one for each opening that is over, whatever asks and however many sources do.
 */
export function mostToDead(policy: PolicyDescription, elapsedMs: number): number {
  return failuresThatOpen(policy) + openingsOver(elapsedMs);
}

/** The most requests to an upstream that throttles every one without naming a time. */
export function mostToThrottling(cooldownMs: number, elapsedMs: number): number {
  let [requests, at] = [1, 0];
  for (let throttled = 0; ; throttled += 1) {
    at += cooldownMs * 2 ** Math.min(throttled, COOLDOWN_DOUBLINGS);
    if (at > elapsedMs) return requests;
    requests += 1;
  }
}

/**
 * The most requests to an upstream that answers every one by a refusal (404, 401): a window that is refused is a gap,
 * which is tried again later and later (`ingest/conclude.ts`). One more is for what the repository says of itself.
 */
export function mostToRefusing(windows: number, elapsedMs: number): number {
  let [tries, at] = [1, 0];
  for (const delay of GAP_DELAYS) {
    at += delay;
    if (at <= elapsedMs) tries += 1;
  }
  return 1 + windows * tries;
}

function openingsOver(elapsedMs: number): number {
  let [openings, at] = [0, 0];
  for (;;) {
    at += Math.min(FIRST_OPENING * 2 ** openings, LONGEST_OPENING);
    if (at > elapsedMs) return openings;
    openings += 1;
  }
}

function failuresThatOpen({ stages }: PolicyDescription): number {
  const stage = stages.find((each) => each.stage === 'breaker');
  if (stage?.failures === undefined)
    throw new Error('the policy has no breaker that counts failures in a row');
  return stage.failures;
}
