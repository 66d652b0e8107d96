import type { JsonValue } from '../state/state-store.ts';

/** What an entry of a ledger stands for. */
export type EntryKind = 'step' | 'range' | 'item' | 'commit' | 'effect';

/**
 * `intent`: begun, outcome unknown. `withdrawn`: begun, and known not to have happened; it may be tried again.
 * `done`: over, `value` holds the result. `in-doubt`: parked until somebody decides.
 */
export type EntryState = 'intent' | 'withdrawn' | 'done' | 'in-doubt';

/** One thing that an operation did, by its path: the items around it and its name, such as `page/3/send`. */
export interface LedgerEntry {
  readonly path: string;
  readonly kind: EntryKind;
  readonly state: EntryState;
  /** Place among the entries of the same surrounding, from 0: what tells that a program changed its steps. */
  readonly position: number;
  /** Absent when there is no result (yet), or it is `undefined`. */
  readonly value?: JsonValue;
  /** Given to an effect at its first intent and the same for ever: an idempotency key for those who take one. */
  readonly effectId?: string;
  /** Why it is in doubt, as a sentence. */
  readonly doubt?: string;
  /** Wall time in ms since the epoch. */
  readonly at: number;
}

/** An operation as the ledger knows it. */
export interface LedgerRun {
  readonly key: string;
  readonly state: 'running' | 'done';
  /** How often it was begun or resumed. */
  readonly starts: number;
  /** The result once it is done; absent when it is `undefined`. */
  readonly value?: JsonValue;
  readonly startedAt: number;
  readonly updatedAt: number;
}

/**
 * The right to write one operation. Exactly one is valid at a time: a later claim makes the earlier ones void, and
 * what they still write is refused with LedgerFencedError (`ERR_LEDGER_FENCED`).
 */
export interface LedgerClaim<Tx> {
  readonly run: LedgerRun;
  /** All entries of the run as they stood when it was claimed. */
  entries(): Promise<readonly LedgerEntry[]>;
  /** Writes or replaces an entry by its path. Durable when it resolves. */
  put(entry: LedgerEntry): Promise<void>;
  /** Calls `write` and puts the entry in ONE transaction: both or neither. `write` must use `tx` alone. */
  commit(entry: LedgerEntry, write: (tx: Tx) => void | Promise<void>): Promise<void>;
  /** Ends the run with its result. */
  finish(value: JsonValue | undefined): Promise<void>;
  /** Gives the claim back; the run stays as it is. Harmless when repeated. */
  release(): Promise<void>;
}

/**
 * Where operations are remembered. `Tx` is what `commit` may write data with, in the same transaction as the entry.
 * A shared ledger (a database that several machines use) implements the same port.
 */
export interface Ledger<Tx = unknown> {
  /**
   * Claims a run, making it if it is new.
   * @throws OperationBusyError (`ERR_OPERATION_BUSY`) while a living owner has it.
   */
  claim(key: string, options?: { readonly signal?: AbortSignal }): Promise<LedgerClaim<Tx>>;
  /** Runs whose key begins with `prefix`, by key. */
  runs(prefix?: string): Promise<readonly LedgerRun[]>;
  /** The entries of a run, in the order in which they were first written; empty when it is unknown. */
  entries(key: string): Promise<readonly LedgerEntry[]>;
  /**
   * Decides an effect that is in doubt: `done`, or `not-done` so that it is tried anew by the next resume, for which
   * the items around it and a finished run are opened again.
   * @throws LedgerError (`ERR_LEDGER_NOT_IN_DOUBT`) when it is not in doubt, OperationBusyError.
   */
  settle(key: string, path: string, decision: 'done' | 'not-done'): Promise<void>;
  /** Forgets a run with its entries, so that the key begins anew. @throws OperationBusyError */
  forget(key: string): Promise<void>;
  /** Voids the claims that are still held and frees what is open. Harmless when repeated. */
  close(): Promise<void>;
}
