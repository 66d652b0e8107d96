import type { SessionAdapter } from '../../session/adapter.ts';

/** What not every peer can be made to do or to show. */
export type Capability =
  /** The driver tells of a loss by itself; without it the next probe has to. */
  | 'push'
  /** The peer can be frozen: it lives and does not answer. */
  | 'freeze'
  /** There is a login that the server counts and can drop. */
  | 'login'
  /** `inspect` tells that a call was answered by a login page. */
  | 'inspect login'
  /** `snapshot` carries the login over to a new resource. */
  | 'snapshot'
  /** There is storage beside cookies (sessionStorage, IndexedDB) that a snapshot keeps. */
  | 'storage'
  /** Leases have views of their own that can be lost alone. */
  | 'view'
  /** The server counts calls and can reset the connection after one. */
  | 'count'
  /** Memory is told. */
  | 'usage'
  /** After `kill` the next opening succeeds, so that a session can recover. */
  | 'recover';

/** One peer with an adapter for it, made anew for each case. What a case needs and the setup covers must be there. */
export interface Bench<R, S, V> extends AsyncDisposable {
  readonly adapter: SessionAdapter<R, S, V>;
  /** One ordinary call that the peer has to answer; rejects when it does not. */
  call(view: V): Promise<unknown>;
  /** Ends the peer of this resource without a farewell. Resolves when it is gone. @throws when it would not go. */
  kill(resource: R): Promise<void>;
  /**
   * What is still there of everything that was opened, one sentence each: processes, profiles, connections. Asked
   * again until it is empty or 10 s have passed.
   */
  leftovers(): Promise<readonly string[]>;
  /** Freezes the peer, having made sure that it stands; disposing lets it go on (harmless when it is gone). */
  freeze?(resource: R): Promise<AsyncDisposable>;
  /** Logins that the server has seen. */
  logins?(): Promise<number>;
  /** The server forgets all logins. @throws when there was none. */
  dropLogins?(): Promise<void>;
  /** Changes what the peer keeps for this login beside cookies. */
  remember?(view: V, text: string): Promise<void>;
  /** What is kept, by kind of storage: each has to be the text that was given to `remember`. */
  recall?(view: V): Promise<Readonly<Record<string, string | null>>>;
  /** Ways to lose a view alone. `untrusted`: `inspect` has to warn of what such a view answers afterwards. */
  readonly viewLosses?: readonly {
    readonly name: string;
    readonly lose: (view: V, resource: R) => Promise<void>;
    readonly untrusted?: boolean;
  }[];
  /** One call with an effect that the server counts under this mark. */
  act?(view: V, mark: string): Promise<unknown>;
  acted?(mark: string): Promise<number>;
  /** The server resets the connection after the next effect. */
  resetAfterNextAct?(): Promise<void>;
  /** How often it did. */
  resets?(): Promise<number>;
}

/** How an adapter is put to the test. */
export interface ConformanceSetup<R, S, V> {
  make(): Promise<Bench<R, S, V>>;
  /** False where the peer is not on this machine: everything is skipped. */
  readonly isThere: boolean;
  /** What this peer cannot do or show, each with the reason; everything else is tested. */
  readonly notCovered: Partial<Record<Capability, string>>;
  /** What `classify` says of a call to a killed peer; default `session-lost`. */
  readonly killed?: readonly string[];
}

/** One case: what has to be there, what it is called, what it proves. */
export interface Case {
  readonly title: string;
  readonly needs: readonly Capability[];
  readonly prove: <R, S, V>(bench: Bench<R, S, V>, setup: ConformanceSetup<R, S, V>) => Promise<void>;
}
