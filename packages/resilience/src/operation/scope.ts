import type { Lease } from '../session/lease.ts';
import type { EntryKind, LedgerEntry } from './ledger.ts';
import type { Operation } from './operation-port.ts';
import type { OperationStopped } from './operation-error.ts';
import type { OperationRun } from './operation-run.ts';

/** One thing that is being done, at its place. */
export interface Place {
  readonly path: string;
  readonly name: string;
  readonly position: number;
  /** What the ledger knows of it. */
  readonly entry: LedgerEntry | undefined;
}

/** A surrounding, as what is done in it sees it. */
export interface Scope<V, Tx> {
  readonly run: OperationRun<V, Tx>;
  /** Calls `work` with the lease of this surrounding; the session decides whether it is repeated. */
  borrow<T>(path: string, work: (lease: Lease<V>) => Promise<T>): Promise<T>;
  /** Calls once, within the limit of a step; rejects at once when the lease is lost or the operation is to end. */
  limited<T>(lease: Lease<V>, call: () => Promise<T>): Promise<T>;
  /** Gives the lease back; the next who needs one gets another. */
  giveBack(): Promise<void>;
  /**
   * Enters something new into the present frame, and is busy with it until it is left.
   * @throws what `Operation` says, before anything is done.
   */
  enter(kind: EntryKind, name: string): Place;
  leave(): void;
  /** The first steps of a range or an `each`: its items get leases of their own, and count instead of this one. */
  beginItems(place: Place): Promise<void>;
  /** The body of a range's item begins. */
  push(path: string): void;
  /** The body of a range's item is over. */
  pop(): void;
  /** Asserts that everything was awaited and nothing was stopped, before the item around it is taken as done. */
  assertOver(): void;
  /** Ends this surrounding because no item may begin. */
  stopHere(stop: OperationStopped): never;
  /** What the work of an item of `each` is given. */
  inner(path: string): Scope<V, Tx> & Operation<V, Tx>;
}
