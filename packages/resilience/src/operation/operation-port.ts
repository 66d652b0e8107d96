import type { Clock } from '../clock/clock.ts';
import type { Duration } from '../clock/duration.ts';
import type { Random } from '../clock/random.ts';
import type { Lease } from '../session/lease.ts';
import type { SupervisedSession } from '../session/supervised-session.ts';
import type { JsonValue } from '../state/state-store.ts';
import type { Ledger } from './ledger.ts';
import type { OperationEvent } from './operation-event.ts';

/** The part of a keep-awake that an operation needs: see `keepAwake` of `@holdfast/resilience/awake`. */
export interface Wakefulness {
  acquire(reason: string): Promise<{ release(): Promise<void> }>;
}

/** How an operation runs. `V` is what its session lends, `Tx` what its ledger writes data with. */
export interface OperationOptions<V, Tx> {
  readonly ledger: Ledger<Tx>;
  /**
   * Lends leases to steps and effects; an operation that needs none leaves it out, and its leases lend `undefined`.
   * The steps and effects of one item, or of the operation itself between two ranges, share a lease (a page) while
   * it is not lost; it is given back with the item, and before a range begins.
   */
  readonly session?: SupervisedSession<V>;
  /** Goes through everything but writes nothing and calls no effect; steps run. Default false. */
  readonly dryRun?: boolean;
  /**
   * Most items of all ranges that this run does; what is left is for the next one. Default: all. An item that has
   * ranges of its own does not count, its items do. Where the next item would begin, OperationStopped is thrown:
   * what stands behind the loop is not reached.
   */
  readonly maxItems?: number;
  /** Items of an `each` at a time; default 1. */
  readonly concurrency?: number;
  /** Limit of a step or effect, awake; default: none but that of the calls made through the lease. */
  readonly stepDeadline?: Duration;
  readonly signal?: AbortSignal;
  /** Keeps the machine awake while the operation runs. */
  readonly keepAwake?: Wakefulness;
  readonly clock?: Clock;
  /** Draws the ids of effects. */
  readonly random?: Random;
  readonly onEvent?: (event: OperationEvent) => void;
}

/** What an effect ended as. */
export type EffectOutcome<T> =
  /** The value is absent when `verify` or a person said that it happened, and not what came of it. */
  | { readonly outcome: 'done'; readonly value: T | undefined }
  /** It may or may not have happened, and nobody could tell: it is never tried again on its own. */
  | { readonly outcome: 'in-doubt'; readonly doubt: string }
  /** A dry run: it would have been tried. */
  | { readonly outcome: 'skipped' };

/** What an effect's `verify` found out. `unknown` parks it. */
export type Verified<T> =
  | { readonly happened: true; readonly value?: T }
  | { readonly happened: false }
  | { readonly happened: 'unknown'; readonly why?: string };

/** How an effect is checked when its outcome is not known. */
export interface EffectOptions<V, T> {
  /** Looks whether the effect happened, without repeating it. Without it an unknown outcome is parked as in doubt. */
  readonly verify?: (lease: Lease<V>, context: { readonly effectId: string }) => Promise<Verified<T>>;
}

/**
 * What an operation's function works with. Names are unique within their surrounding (the operation, or one item),
 * and what is done in one surrounding is awaited one after another; `each` does items at the same time.
 *
 * Everything here throws OperationChangedError (`ERR_OPERATION_CHANGED`) where the ledger remembers another step,
 * OperationMisuseError where the program is wrong, OperationStopped after `maxItems`, and `signal.reason`.
 */
export interface Operation<V, Tx> {
  readonly key: string;
  /** Aborts when the operation should end; what was done is kept. */
  readonly signal: AbortSignal;
  readonly dryRun: boolean;
  /** Runs `work` at least once and remembers its result (JSON), which a resumed run gets without running it again. */
  step<T extends JsonValue | void>(name: string, work: (lease: Lease<V>) => Promise<T>): Promise<T>;
  /**
   * The numbers from `first` to `last`, without those that are done. An item is done when the loop asks for the next
   * one; `break` leaves it undone. Steps in the body belong to the item.
   */
  range(name: string, first: number, last: number): AsyncIterable<number>;
  /** Runs `work` for each item that is not done, `concurrency` at a time. `id` must be stable and unique. */
  each<I>(
    name: string,
    items: Iterable<I> | AsyncIterable<I>,
    options: { readonly id: (item: I) => string; readonly concurrency?: number },
    work: (item: I, operation: Operation<V, Tx>) => Promise<void>,
  ): Promise<void>;
  /** Writes data and the fact that it was written in one transaction; once, however often it is resumed. */
  commit(name: string, write: (tx: Tx) => void | Promise<void>): Promise<void>;
  /**
   * Acts on the outside, never twice on its own: intent, act, confirm. An error that says that it was refused before
   * it was processed withdraws the intent and goes up (or the session repeats it); it is believed when it came from
   * the first call through the lease, or is an EffectRefusedError. After any other failure, and when an earlier run
   * ended in the middle, `verify` decides with a new lease: it happened, or it did not and is tried again (three
   * times at most). Without `verify`, or when it throws or does not know, the effect is parked as in doubt.
   */
  effect<T extends JsonValue | void>(
    name: string,
    act: (lease: Lease<V>, context: { readonly effectId: string }) => Promise<T>,
    options?: EffectOptions<V, T>,
  ): Promise<EffectOutcome<T>>;
}

/** What one run of an operation did. */
export interface OperationReport<T> {
  /** `partial`: stopped by `maxItems` or by a dry run; resume goes on. */
  readonly state: 'done' | 'partial';
  readonly value: T | undefined;
  /** Whether an earlier run had begun it. */
  readonly resumed: boolean;
  readonly itemsDone: number;
  /** Items that an earlier run had done. */
  readonly itemsBefore: number;
  readonly stepsRun: number;
  readonly stepsReplayed: number;
  readonly commits: number;
  /** Commits that a dry run left out. */
  readonly commitsSkipped: number;
  /** `skipped`: left out by a dry run. */
  readonly effects: { readonly done: number; readonly skipped: number; readonly verified: number };
  /** Paths of the effects that are in doubt, also from earlier runs. */
  readonly inDoubt: readonly string[];
  /** Awake time in ms. */
  readonly durationMs: number;
}
