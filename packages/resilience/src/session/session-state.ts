import type { Loss } from './loss.ts';
import type { HumanRequest } from './needs-human-error.ts';

/** Where a session stands, as people and programs see it. Times are wall time in ms since the epoch. */
export type SessionState =
  | { readonly kind: 'idle' }
  | { readonly kind: 'opening'; readonly generation: number; readonly attempt: number }
  | { readonly kind: 'ready'; readonly generation: number; readonly since: number }
  /** Something is odd: new leases wait until a probe has told. */
  | { readonly kind: 'suspect'; readonly generation: number; readonly why: string }
  | {
      readonly kind: 'recovering';
      readonly generation: number;
      readonly attempt: number;
      /** Null when the session is replaced on purpose (recycling). */
      readonly loss: Loss | null;
      readonly nextTryAt?: number;
    }
  /** Work is parked until `resume()`. */
  | { readonly kind: 'needs-human'; readonly request: HumanRequest; readonly since: number }
  /** The budget of recoveries or of logins is spent: leases are refused until `retryAt`, then one try is made. */
  | { readonly kind: 'open-circuit'; readonly reason: string; readonly retryAt: number }
  /** No new leases; what is lent out may end. */
  | { readonly kind: 'draining'; readonly leases: number }
  | { readonly kind: 'closed' };
