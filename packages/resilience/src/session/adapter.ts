import type { Verdict } from '../classify/verdict.ts';
import type { Loss, LossReport } from './loss.ts';

/** What every call into an adapter may use. */
export interface AdapterContext {
  /** Aborts when the session no longer wants the answer. The session does not wait for an adapter that ignores it. */
  readonly signal: AbortSignal;
}

/** What opening may use. */
export interface OpenContext<S> extends AdapterContext {
  /** The generation that is being opened: 1 for the first. */
  readonly generation: number;
  /** Which try at opening this generation: 1 for the first. */
  readonly attempt: number;
  /** The last good snapshot, to be restored before anything is loaded. */
  readonly restore?: S;
}

/** What a resource costs at the moment. */
export interface Usage {
  /** Resident memory of everything that belongs to the resource, in bytes. */
  readonly rssBytes?: number;
}

/** Whether somebody is logged in. `expiresAt` is wall time in ms since the epoch. */
export type AuthState = 'ok' | 'expired' | { readonly expiresAt: number };

/** How a session logs in. Explicit calls of the adapter (URL, status, cookie), never a search in texts. */
export interface SessionAuth<R> {
  check(resource: R, context: AdapterContext): Promise<AuthState>;
  /**
   * Logs in. Called by one at a time, whatever the number of tasks.
   * @throws NeedsHumanError when a person has to do something first.
   */
  login(resource: R, context: AdapterContext & { readonly reason: string }): Promise<void>;
  /** Renews credentials ahead of their expiry without a login; `login` is used where it is absent. */
  refresh?(resource: R, context: AdapterContext): Promise<void>;
}

/** What each lease gets for itself out of the shared resource, such as a page of a browser. */
export interface SessionView<R, V> {
  open(resource: R, context: AdapterContext): Promise<V>;
  /** Reports the loss of this view alone. Attached before the view is used. */
  watch(view: V, lost: (report: LossReport) => void): Disposable;
  /** Ends the view; bounded by the session. */
  close(view: V, context: AdapterContext): Promise<void>;
}

/**
 * What the session has to know of one kind of long-lived thing: a browser, a connection, a login.
 * `R` is what is shared by all leases, `S` what can be carried over to the next generation (JSON), `V` what one
 * lease works with: the resource itself unless there is a `view`.
 *
 * Every call may hang for ever: the session gives it a deadline and goes on without it. What an abandoned `open`
 * still yields is closed. `close` must be harmless when the peer is gone, and when repeated.
 */
export interface SessionAdapter<R, S = unknown, V = R> {
  /** Names the kind in events: `playwright`, `pg`. */
  readonly kind: string;
  open(context: OpenContext<S>): Promise<R>;
  /**
   * Keeps what is still alive of a lost resource (the socket is dead, the peer is not): resolves to a resource of
   * the very same peer, or to undefined when that is gone or cannot be told for certain.
   */
  reattach?(old: R, context: AdapterContext & { readonly loss: Loss }): Promise<R | undefined>;
  /** `force`: the peer does not answer; kill what belongs to it. */
  close(resource: R, context: AdapterContext & { readonly force: boolean }): Promise<void>;
  /** Reports losses that the driver pushes; installs the listeners without which an `error` event kills the process. */
  watch(resource: R, lost: (report: LossReport) => void): Disposable;
  /** Proves from end to end that the peer answers; rejects or hangs when it does not. */
  probe(resource: R, context: AdapterContext): Promise<void>;
  usage?(resource: R, context: AdapterContext): Promise<Usage>;
  /** Everything that a new generation needs so that nobody has to log in again. Plain JSON. */
  snapshot?(resource: R, context: AdapterContext): Promise<S>;
  readonly auth?: SessionAuth<R>;
  readonly view?: SessionView<R, V>;
  /**
   * Looks at what a lease works with after each call that succeeded: a call that was answered by a login page, or by
   * a page that has crashed, did not succeed. Cheap; undefined when nothing is wrong.
   */
  inspect?(view: V, context: AdapterContext): Verdict | undefined | Promise<Verdict | undefined>;
  /** What an error says about the resource; undefined leaves it to the general table. */
  classify?(error: unknown, resource: R | undefined): Verdict | undefined;
  /**
   * Whether a call of this lease that is given up now may have taken effect for good without our knowing, such as a
   * COMMIT that was sent and not answered: `use` then tells the caller instead of running the work again.
   */
  inDoubt?(view: V): boolean;
  /** Most leases at a time; unlimited by default. 1 where the peer does one thing at a time; the others queue. */
  readonly maxLeases?: number;
  /**
   * Order of replacing a resource; default `close-then-open` (a browser's profile allows one at a time). What is left
   * of a process that has ended is closed beside the opening in either order.
   */
  readonly replace?: 'close-then-open' | 'open-then-close';
}
