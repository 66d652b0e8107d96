import type { Clock } from '../clock/clock.ts';
import type { Duration } from '../clock/duration.ts';
import type { Random } from '../clock/random.ts';
import type { Category } from '../classify/verdict.ts';
import type { Backoff } from '../policy/backoff/backoff.ts';
import type { StateStore } from '../state/state-store.ts';
import type { OnSessionEvent } from './session-event.ts';
import type { SnapshotStore } from './snapshot-store.ts';

/** How recovery tries. */
export interface RecoverPolicy {
  /** Tries at one recovery before the circuit opens; default 5. */
  readonly attempts?: number;
  /** Wait between tries, by the category of the last failure where one is given; default full jitter 200 ms to 30 s. */
  readonly backoff?: Backoff | Partial<Record<Category | 'default', Backoff>>;
  /** Recoveries within a sliding time, beyond which the circuit opens; default 5 in 10 min. */
  readonly budget?: { readonly max: number; readonly per: Duration };
  /** A generation that lived so long forgets the tries before it; default 30 s. */
  readonly stableAfter?: Duration;
  /** Limit of one try (reattach or open, restore, login, probe); default 60 s. */
  readonly openDeadline?: Duration;
  /** How long the circuit stays open; doubles up to 32 times; default 1 min. */
  readonly circuitOpen?: Duration;
}

/** When the resource is looked at. */
export interface ProbePolicy {
  /** Between checks while ready; default 30 s; `Infinity` never. */
  readonly every?: Duration;
  /** First patience; a resource that is silent so long is suspect; default 5 s. */
  readonly deadline?: Duration;
  /** Second patience of the same probe, after which it is lost; default 15 s. */
  readonly patience?: Duration;
  /** Probes before a lease when nothing was heard so long; default 30 s. */
  readonly beforeLeaseIfIdle?: Duration;
  /** Checks after the machine woke or the process stood still; default true. */
  readonly onWake?: boolean;
}

/** When a living resource is replaced; nothing by default. */
export interface RecyclePolicy {
  readonly maxAge?: Duration;
  readonly maxUses?: number;
  /** Looked at with every probe. */
  readonly maxRssBytes?: number;
  /** How long leases may keep the old one; default 30 s. Also the patience of `drain()`. */
  readonly drain?: Duration;
}

/** How the session stays logged in. */
export interface AuthPolicy {
  /** Renews so long before expiry; default 5 min, at most half of what is left. */
  readonly refreshAhead?: Duration;
  /** Logins that may fail in a row before the circuit opens, so that no account is locked; default 2. */
  readonly attempts?: number;
  /** Logins within a sliding time; default 10 in 1 h. */
  readonly budget?: { readonly max: number; readonly per: Duration };
}

/** How state survives. */
export interface SnapshotPolicy {
  readonly store: SnapshotStore;
  /** Between snapshots while ready; default 5 min. One is always taken after a login. */
  readonly every?: Duration;
}

/** What makes a supervised session. Every part but the name is optional. */
export interface SessionPolicy {
  /** Names it in events, in the snapshot store and in the state store. */
  readonly name: string;
  /** Limit of a call through a lease; default 30 s. */
  readonly callDeadline?: Duration;
  readonly recover?: RecoverPolicy;
  readonly probe?: ProbePolicy;
  readonly recycle?: RecyclePolicy;
  readonly auth?: AuthPolicy;
  readonly snapshot?: SnapshotPolicy;
  /** Remembers spent logins over restarts, so that a program that crashes at its login cannot lock the account. */
  readonly state?: StateStore;
  readonly clock?: Clock;
  readonly random?: Random;
  readonly onEvent?: OnSessionEvent;
}
