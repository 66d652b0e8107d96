import type { PolicyDescription } from '@holdfast/resilience';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
/** Lengths of the circuit's openings (`engine/request-policy.ts`): doubled from the first to the longest. */
const FIRST_OPENING = 15 * SECOND;
const LONGEST_OPENING = 5 * MINUTE;
/** Most requests by which `ingest/poison.ts` tells a poisoned page from an outage: the list anew, two halves, a week before. */
const PROBES = 4;
/** A cool-down without a named time doubles up to this often (`ingest/fetcher.ts`). */
const COOLDOWN_DOUBLINGS = 6;

/**
 * The most requests that an upstream gets within `elapsedMs` when it gives no usable answer: it refuses
 * connections, resets them, stays silent, or answers 5xx or something else that is no answer.
 *
 * The circuit admits `failures` requests, then one for each opening that is over. A page for which the policy has
 * given up costs up to `PROBES` requests more; each giving up took at least as many requests as the category with
 * the fewest attempts has. Sources that share a gate share the circuit, so their number does not matter.
 */
export function mostToDead(policy: PolicyDescription, elapsedMs: number): number {
  const throughCircuit = failuresThatOpen(policy) + openingsOver(elapsedMs);
  const perGivingUp =
    1 + Math.min(attemptsOf(policy, 'network'), attemptsOf(policy, 'timeout'), attemptsOf(policy, 'dns'));
  return throughCircuit + PROBES * Math.floor(throughCircuit / perGivingUp);
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
  if (stage === undefined) throw new Error('the policy has no breaker');
  return stage.failures;
}

function attemptsOf({ stages }: PolicyDescription, category: string): number {
  const stage = stages.find((each) => each.stage === 'retry' && each.category === category);
  return stage?.stage === 'retry' ? stage.attempts : 0;
}
