import { AsyncLocalStorage } from 'node:async_hooks';
import { ResilienceError } from '../../errors.ts';
import type { Lease } from '../lease.ts';
import type { SupervisedSession } from '../supervised-session.ts';

type Leases = ReadonlyMap<SupervisedSession<unknown>, Lease<unknown>>;

const leases = new AsyncLocalStorage<Leases>();

/**
 * The lease with which the surrounding `withConnectionResilience` runs its function. Ask for it in every attempt:
 * the one of the attempt before is stale.
 * @throws ResilienceError (`ERR_NO_LEASE`) outside of such a function, or inside of one with another session.
 */
export function currentLease<V>(session: SupervisedSession<V>): Lease<V> {
  const lease = leases.getStore()?.get(session);
  if (lease !== undefined) return lease as Lease<V>;
  throw new ResilienceError(`No lease of the session ${session.name} is held here.`, {
    code: 'ERR_NO_LEASE',
    hint: 'Call it inside a function that withConnectionResilience wraps with `session`.',
  });
}

/** The lease of the surrounding function that may still be used, if there is one. */
export function livingLease(session: SupervisedSession<unknown>): Lease<unknown> | undefined {
  const lease = leases.getStore()?.get(session);
  return lease?.stale === false ? lease : undefined;
}

/** Runs a function in which `currentLease` gives this lease. */
export function runWithLease<T>(
  session: SupervisedSession<unknown>,
  lease: Lease<unknown>,
  fn: () => Promise<T>,
): Promise<T> {
  return leases.run(new Map([...(leases.getStore() ?? []), [session, lease]]), fn);
}
