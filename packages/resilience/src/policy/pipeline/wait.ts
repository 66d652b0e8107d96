import type { Verdict } from '../../classify/verdict.ts';
import { notify } from '../../clock/notify.ts';
import type { Clock } from '../../clock/clock.ts';

/**
 * Why something waits. Ours, so `end()` works: `backoff`, `circuit`, `budget`, `cooldown`.
 * Owed to others, so `end()` does nothing: `retry-after`, `interval` (politeness), `turn` (somebody else is sending).
 */
export type WaitKind = 'backoff' | 'circuit' | 'budget' | 'cooldown' | 'retry-after' | 'interval' | 'turn';

/** A wait that has just begun. */
export interface Wait {
  readonly kind: WaitKind;
  /** The attempt that failed before this wait; 0 at a gate. */
  readonly attempt: number;
  /** Wall time in ms when it ends unless something changes; undefined when that is not known (`turn`). */
  readonly until: number | undefined;
  /** What failed, when something did. */
  readonly error?: unknown;
  readonly verdict?: Verdict;
  /** Text for people, such as the gate's reason for a cooldown. */
  readonly reason?: string;
  /** The Retry-After header as it came. */
  readonly raw?: string;
  /** Ends the wait now if it is our own. Returns false when it is owed to others, or is over already. */
  end(): boolean;
  /** Resolves when the wait is over, however it ended; never rejects. */
  readonly over: Promise<void>;
}

/** Told of a wait as it begins; what it throws becomes a process warning. */
export type OnWait = (wait: Wait) => void;

/** What distinguishes one wait from another. */
export type WaitDetails = Omit<Wait, 'end' | 'over' | 'until'>;

/** Waits that `end()` may cut short. */
export const OWN_WAITS: readonly WaitKind[] = ['backoff', 'circuit', 'budget', 'cooldown'];

/**
 * Waits `ms`, announced to `onWait`. Resolves with true when somebody ended it early.
 * @throws `signal.reason` by identity, at once, when the signal aborts.
 */
export async function waitFor(
  ms: number,
  details: WaitDetails,
  tools: { readonly clock: Clock; readonly signal?: AbortSignal; readonly onWait?: OnWait },
): Promise<boolean> {
  const { clock, signal, onWait } = tools;
  const early = new AbortController();
  const own = OWN_WAITS.includes(details.kind);
  let over = false;
  const finished = Promise.withResolvers<void>();
  const end = (): boolean => {
    if (!own || over) return false;
    over = true;
    early.abort(ENDED);
    return true;
  };
  try {
    signal?.throwIfAborted();
    if (onWait !== undefined) {
      notify(onWait, { ...details, until: clock.now() + ms, end, over: finished.promise });
    }
    await sleepUnless(clock, ms, early.signal, signal);
    return early.signal.aborted;
  } finally {
    over = true;
    finished.resolve();
  }
}

const ENDED = Symbol('wait ended early');

/** Sleeps until time is up, `early` fires (resolves) or `signal` fires (rejects with its reason). */
function sleepUnless(
  clock: Clock,
  ms: number,
  early: AbortSignal,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const finish = (settle: () => void): void => {
    timer.cancel();
    early.removeEventListener('abort', onEarly);
    signal?.removeEventListener('abort', onAbort);
    settle();
  };
  const onEarly = (): void => finish(resolve);
  const onAbort = (): void => finish(() => reject(signal?.reason));
  const timer = clock.timer(ms, () => finish(resolve));
  // A listener may have ended or aborted the wait while it was announced.
  if (early.aborted) onEarly();
  else if (signal?.aborted === true) onAbort();
  else {
    early.addEventListener('abort', onEarly, { once: true });
    signal?.addEventListener('abort', onAbort, { once: true });
  }
  return promise;
}
