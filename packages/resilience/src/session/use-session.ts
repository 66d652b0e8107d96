import type { Calls } from './calls.ts';
import { ownerOf } from './session-errors.ts';
import type { SessionLease } from './session-lease.ts';
import type { Lease } from './lease.ts';
import type { UseOptions } from './supervised-session.ts';

const MOST_RUNS = 10;

/** What the loop of `use` needs of its session. */
export interface UseTools<R, S, V> {
  readonly calls: Calls<R, S, V>;
  readonly epoch: () => number;
  readonly lease: (signal: AbortSignal | undefined) => Promise<SessionLease<R, V>>;
  /** A lease of an outer `use` that this one has to share. */
  readonly shared: () => SessionLease<R, V> | undefined;
  readonly within: <T>(lease: SessionLease<R, V>, run: () => Promise<T>) => Promise<T>;
}

/** Runs `work` with a lease, again with the next one after a loss, an expired login or a call without an answer. */
export async function useSession<R, S, V, T>(
  work: (lease: Lease<V>) => Promise<T>,
  options: UseOptions,
  tools: UseTools<R, S, V>,
): Promise<T> {
  const { signal, repeat = true, attempts = MOST_RUNS } = options;
  for (let run = 1; ; run += 1) {
    signal?.throwIfAborted();
    const shared = tools.shared();
    const lease = shared ?? (await tools.lease(signal));
    const epoch = tools.epoch();
    try {
      return await untilAborted(
        tools.within(lease, async () => work(lease)),
        signal,
      );
    } catch (error) {
      if (signal?.aborted === true && error === signal.reason) throw error;
      const told = await untilAborted(tools.calls.settle(lease, error, epoch), signal);
      if (!repeat || run >= attempts || !mayRepeat(told, tools.calls)) throw told;
    } finally {
      const released = shared === undefined ? lease.release() : undefined;
      if (signal?.aborted !== true) await released;
    }
  }
}

/** Only what this session has judged: another's loss is not mended by a new lease of this one. */
function mayRepeat<R, S, V>(error: unknown, calls: Calls<R, S, V>): boolean {
  const owner = ownerOf(error);
  return owner?.session === calls && owner.repeat;
}

/** Rejects at once with the signal's reason, whatever the promise does. */
function untilAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise;
  const { promise: raced, resolve, reject } = Promise.withResolvers<T>();
  const onAbort = (): void => reject(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) onAbort();
  promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  return raced;
}
