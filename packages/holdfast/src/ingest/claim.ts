import type { Window } from '../model/window.ts';
import type { Lease } from '../store/port.ts';
import type { LookDeps } from './deps.ts';

const LEASE_MS = 5 * 60_000;
const AGAIN_MS = 250;

/**
 * The lease of a window; while somebody else (a redrive) holds it, it is waited for, since what was fetched must not be
 * thrown away. Null when the window does not exist any more.
 * @throws the signal's reason
 */
export async function claimWhenFree(
  { key, source }: Pick<Window, 'key' | 'source'>,
  { store, owner, clock }: Pick<LookDeps, 'store' | 'owner' | 'clock'>,
  signal: AbortSignal,
): Promise<Lease | null> {
  for (;;) {
    const lease = await store.claim({ owner, window: key, ttlMs: LEASE_MS });
    if (lease !== null) return lease;
    if (!(await store.windows(source)).some((window) => window.key === key)) return null;
    await clock.sleep(AGAIN_MS, { signal });
  }
}

/** The lease of any window of a source; null when it has none. @throws as `claimWhenFree` */
export async function claimAny(
  source: string,
  deps: Pick<LookDeps, 'store' | 'owner' | 'clock'>,
  signal: AbortSignal,
): Promise<Lease | null> {
  for (;;) {
    const [window] = await deps.store.windows(source);
    if (window === undefined) return null;
    const lease = await claimWhenFree(window, deps, signal);
    if (lease !== null) return lease;
  }
}
