/**
 * Whether a child that ended by itself is started again: `permanent` always, `transient` when it failed, `temporary`
 * never, not even with its group.
 */
export type ChildKind = 'permanent' | 'transient' | 'temporary';

/** What one run of a child is given. */
export interface ChildContext {
  /** Aborts when the child must stop. Every run has its own. */
  readonly signal: AbortSignal;
  /** Tells that the child is up; what `awaitsReady` waits for. */
  readonly ready: () => void;
}

/** One child of a supervisor. */
export interface ChildSpec {
  /** Unique within its supervisor. */
  readonly id: string;
  readonly kind: ChildKind;
  /** Runs the child; it lives until the promise settles. A rejection is a failure. Called anew for each run. */
  readonly start: (context: ChildContext) => Promise<unknown>;
  /** The children after this one are started once it has called `ready()` (or has ended for good); default false. */
  readonly awaitsReady?: boolean;
  /**
   * How long in ms a child that was told to stop may take, in time lived through, before it is abandoned; default 5 s, as in
   * OTP; `Infinity` for ever, which suits nested supervisors. `'brutal'` does not wait at all.
   */
  readonly shutdownMs?: number | 'brutal';
}
