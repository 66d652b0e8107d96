import {
  breaker,
  CircuitOpenError,
  constant,
  fullJitter,
  resilient,
  type Breaker,
  type OnEvent,
  type Policy,
  type StateStore,
} from '@holdfast/resilience';
import type { Clock, Random } from '@holdfast/resilience/clock';
import type { Pauses } from '../ingest/pauses.ts';

/** What the circuit of one upstream service is made of. */
export interface CircuitOptions {
  /** Names the service. */
  readonly name: string;
  readonly clock: Clock;
  readonly random: Random;
  /** Remembers an open circuit over restarts. */
  readonly state: StateStore;
}

/** What the policies of one source are made of. */
export interface RequestPolicyOptions extends Omit<CircuitOptions, 'state'> {
  /** Shared by all sources of the service. */
  readonly circuit: Breaker;
  readonly onEvent: OnEvent;
  /** Where waits for an open circuit run that no policy announces: ended early, they probe at once. */
  readonly pauses: Pauses;
}

/** What asks an upstream service; both go through its one circuit. */
export interface RequestPolicies {
  readonly policy: Policy;
  /** One try, for finding out whether the upstream answers at all; an open circuit is waited for. */
  readonly once: Policy['run'];
}

/** Opens after ten failures in a row and then admits one probe per opening, which grows to five minutes. */
export function serviceCircuit({ name, clock, random, state }: CircuitOptions): Breaker {
  return breaker({
    name: `circuit:${name}`,
    failures: 10,
    openMs: '15s',
    maxOpenMs: '5m',
    state,
    clock,
    random,
  });
}

/**
 * The one layer that retries: the policy around a single request. A throttle is waited out at the gate, for
 * all tasks at once, so its retry adds no delay of its own. A dead upstream meets its circuit.
 */
export function requestPolicies({
  name,
  clock,
  random,
  circuit,
  onEvent,
  pauses,
}: RequestPolicyOptions): RequestPolicies {
  const single = resilient(`${name} once`, { clock, random, onEvent, breaker: circuit });
  const policy = resilient(name, {
    clock,
    random,
    onEvent,
    breaker: circuit,
    retry: {
      network: { attempts: 3, backoff: fullJitter('1s', '30s') },
      timeout: { attempts: 2, backoff: fullJitter('2s', '60s') },
      dns: { attempts: 3, backoff: fullJitter('1s', '30s') },
      'rate-limit': { attempts: 10, backoff: constant(1) },
      local: { attempts: Number.POSITIVE_INFINITY, backoff: fullJitter('1s', '30s') },
    },
  });
  return {
    policy,
    once: (fn, options) => whenClosed(circuit, pauses, options?.signal, () => single.run(fn, options)),
  };
}

/** Runs as soon as the circuit admits a request; somebody else may be quicker. */
async function whenClosed<T>(
  circuit: Breaker,
  pauses: Pauses,
  signal: AbortSignal = new AbortController().signal,
  run: () => Promise<T>,
): Promise<T> {
  for (let waitMs = circuit.snapshot().retryAfterMs; ;) {
    if (waitMs > 0 && (await pauses.wait(waitMs, signal))) circuit.probeNow();
    try {
      return await run();
    } catch (error) {
      if (!(error instanceof CircuitOpenError)) throw error;
      waitMs = Math.max(error.retryAfterMs, 1);
    }
  }
}
