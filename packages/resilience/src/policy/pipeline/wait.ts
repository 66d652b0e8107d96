import type { Verdict } from '../../classify/verdict.ts';
import { notify } from '../../clock/notify.ts';
import type { Clock } from '../../clock/clock.ts';

/**
 * Why something waits. Ours, so `end()` works: `backoff`, `circuit`, `budget`, `cooldown`, `offline` (the machine has
 * no network). Owed to others, so `end()` does nothing: `retry-after`, `interval` (politeness), `turn` (somebody else
 * is sending), `rate` (a rate limit), `queue` (as many calls run as may).
 */
export type WaitKind =
  | 'backoff'
  | 'circuit'
  | 'budget'
  | 'cooldown'
  | 'offline'
  | 'retry-after'
  | 'interval'
  | 'turn'
  | 'rate'
  | 'queue';

/** A wait that has just begun. */
export interface Wait {
  readonly kind: WaitKind;
  /** The attempt that failed before this wait; 0 at a gate. */
  readonly attempt: number;
  /** Wall time in ms when it ends unless something changes; undefined when that is not known (`turn`, `offline`). */
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
export const OWN_WAITS: readonly WaitKind[] = ['backoff', 'circuit', 'budget', 'cooldown', 'offline'];

/** What a wait works with. */
export interface WaitTools {
  readonly clock: Clock;
  readonly signal?: AbortSignal;
  readonly onWait?: OnWait;
  /** Something else that ends the wait, by calling `finish`. Returns how to stop listening. */
  readonly endsBy?: (finish: () => void) => () => void;
}

/**
 * Waits `ms`, announced to `onWait`; `Infinity` waits for `end()` or `endsBy`. Resolves with true when somebody ended
 * it by `end()`.
 * @throws `signal.reason` by identity, at once, when the signal aborts.
 */
export function waitFor(ms: number, details: WaitDetails, tools: WaitTools): Promise<boolean> {
  const { clock, signal, onWait, endsBy } = tools;
  const { promise, resolve, reject } = Promise.withResolvers<boolean>();
  if (signal?.aborted === true) {
    reject(signal.reason);
    return promise;
  }
  const finished = onWait === undefined ? undefined : Promise.withResolvers<void>();
  let over = false;
  let stopListening: (() => void) | undefined;
  const finish = (settle: () => void): void => {
    if (over) return;
    over = true;
    timer.cancel();
    signal?.removeEventListener('abort', onAbort);
    stopListening?.();
    settle();
    finished?.resolve();
  };
  const onAbort = (): void => finish(() => reject(signal?.reason));
  const timer = clock.timer(ms, () => finish(() => resolve(false)));
  signal?.addEventListener('abort', onAbort);
  if (onWait !== undefined && finished !== undefined) {
    const end = (): boolean => {
      if (over || !OWN_WAITS.includes(details.kind)) return false;
      finish(() => resolve(true));
      return true;
    };
    const until = ms === Number.POSITIVE_INFINITY ? undefined : clock.now() + ms;
    notify(onWait, { ...details, until, end, over: finished.promise });
  }
  if (!over && endsBy !== undefined) {
    stopListening = endsBy(() => finish(() => resolve(false)));
    // It may have called at once.
    if (over) stopListening();
  }
  return promise;
}
