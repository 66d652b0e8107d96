import { property } from '../classify/with-causes.ts';
import type { ChaosPolicy } from '../policy/pipeline/chaos-policy.ts';
import { chaos } from './chaos.ts';
import { HttpFaultError } from './http-fault.ts';

/**
 * A fetch with faults, for tests of code that takes one. What a policy injects arrives as fetch would bring it: an
 * error of the network as `TypeError: fetch failed` with its cause, `httpFault` as a Response. What `send` itself throws
 * passes as it is.
 */
export function chaosFetch(send: typeof fetch, ...policies: readonly ChaosPolicy[]): typeof fetch {
  const policy = chaos(...policies);
  let calls = 0;
  return async (input, init) => {
    const signal = signalOf(input, init);
    calls += 1;
    let own: { readonly error: unknown } | undefined;
    const faulty = policy.inject<Response>(async () => {
      try {
        return await send(input, init);
      } catch (error) {
        own = { error };
        throw error;
      }
    });
    try {
      return await faulty({ signal, attempt: calls, progress: () => {} });
    } catch (error) {
      if (own?.error === error) throw error;
      if (error instanceof HttpFaultError) return error.toResponse();
      throw isBare(error, signal) ? new TypeError('fetch failed', { cause: error }) : error;
    }
  };
}

/** Fetch itself never rejects with a socket's error, only with one that has it as its cause. */
function isBare(error: unknown, signal: AbortSignal): boolean {
  if (signal.aborted && error === signal.reason) return false;
  return typeof property(error, 'code') === 'string' && property(error, 'verdict') === undefined;
}

function signalOf(input: Parameters<typeof fetch>[0], init: RequestInit | undefined): AbortSignal {
  return init?.signal ?? (input instanceof Request ? input.signal : new AbortController().signal);
}
