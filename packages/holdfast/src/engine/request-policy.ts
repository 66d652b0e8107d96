import {
  breaker,
  constant,
  fullJitter,
  resilient,
  type OnEvent,
  type Policy,
  type StateStore,
} from '@holdfast/resilience';
import type { Clock, Random } from '@holdfast/resilience/clock';

export interface RequestPolicyOptions {
  /** Names the circuit: one per upstream service. */
  readonly name: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly state: StateStore;
  readonly onEvent: OnEvent;
}

/** Both share one circuit: an answer to either shows that the upstream is alive. */
export interface RequestPolicies {
  readonly policy: Policy;
  /** One try, for finding out whether the upstream answers at all. */
  readonly single: Policy;
}

/**
 * The one layer that retries: the policy around a single request. A throttle is waited out at the gate, for
 * all tasks at once, so its retry adds no delay of its own. A dead upstream meets the breaker after ten
 * failures; from then on it gets one probe per opening, which grows to five minutes.
 */
export function requestPolicies({
  name,
  clock,
  random,
  state,
  onEvent,
}: RequestPolicyOptions): RequestPolicies {
  const circuit = breaker({
    name: `circuit:${name}`,
    failures: 10,
    openMs: '15s',
    maxOpenMs: '5m',
    state,
    clock,
    random,
    onEvent,
  });
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
  return { policy, single };
}
