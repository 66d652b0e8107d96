import type { OnWait } from './wait.ts';

/** What one run may be given. */
export interface RunOptions {
  /** The caller's wish to stop: the run rejects with its reason, by identity and at once. */
  readonly signal?: AbortSignal;
  /** Told of every wait as it begins. */
  readonly onWait?: OnWait;
  /** What the run is about, such as an origin: parts the rate limit, and names what `coalesce` may share. */
  readonly key?: string;
}
