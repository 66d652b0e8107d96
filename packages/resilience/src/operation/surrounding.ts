import type { JsonValue } from '../state/state-store.ts';
import type { Lease } from '../session/lease.ts';
import { pathOf } from './entry-path.ts';
import { eachItem } from './each-item.ts';
import type { EntryKind } from './ledger.ts';
import type { EffectOptions, EffectOutcome, Operation } from './operation-port.ts';
import { OperationMisuseError } from './operation-error.ts';
import type { OperationStopped } from './operation-error.ts';
import type { OperationRun } from './operation-run.ts';
import { plainLease } from './plain-lease.ts';
import { runCommit } from './run-commit.ts';
import { runEffect } from './run-effect.ts';
import { runStep } from './run-step.ts';
import type { Place, Scope } from './scope.ts';
import { SharedLease } from './shared-lease.ts';
import { rangeItems } from './range-items.ts';
import { withinLimit } from './within-limit.ts';

/** The operation, or the item whose body runs: where names and positions count. */
interface Frame {
  readonly path: string;
  readonly names: Set<string>;
  next: number;
  /** Whether it is an item that still counts against `maxItems`. */
  counts: boolean;
}

/**
 * What the function of an operation, or of an item of `each`, works with. Its frames are the operation (or item) and
 * the items of the ranges whose loops are open. At any time it is free, busy with one thing (everything else is
 * refused), or stopped (everything is refused).
 */
export class Surrounding<V, Tx> implements Operation<V, Tx>, Scope<V, Tx> {
  readonly run: OperationRun<V, Tx>;
  readonly #lease: SharedLease<V> | undefined;
  readonly #frames: Frame[];
  #busy: string | undefined;
  #stopped: OperationStopped | undefined;

  constructor(run: OperationRun<V, Tx>, path: string) {
    this.run = run;
    this.#frames = [{ path, names: new Set(), next: 0, counts: path !== '' }];
    const { session, signal } = run.setup;
    this.#lease = session && new SharedLease(session, signal);
  }

  get key(): string {
    return this.run.setup.key;
  }

  get signal(): AbortSignal {
    return this.run.setup.signal;
  }

  get dryRun(): boolean {
    return this.run.setup.dryRun;
  }

  step<T extends JsonValue | void>(name: string, work: (lease: Lease<V>) => Promise<T>): Promise<T> {
    return this.#alone('step', name, (place) => runStep(this, place, work));
  }

  range(name: string, first: number, last: number): AsyncIterable<number> {
    return rangeItems(this, name, first, last);
  }

  each<I>(
    name: string,
    items: Iterable<I> | AsyncIterable<I>,
    options: { readonly id: (item: I) => string; readonly concurrency?: number },
    work: (item: I, operation: Operation<V, Tx>) => Promise<void>,
  ): Promise<void> {
    return this.#alone('range', name, (place) => eachItem(this, place, items, options, work));
  }

  commit(name: string, write: (tx: Tx) => void | Promise<void>): Promise<void> {
    return this.#alone('commit', name, (place) => runCommit(this, place, write));
  }

  effect<T extends JsonValue | void>(
    name: string,
    act: (lease: Lease<V>, context: { readonly effectId: string }) => Promise<T>,
    options: EffectOptions<V, T> = {},
  ): Promise<EffectOutcome<T>> {
    return this.#alone('effect', name, (place) => runEffect(this, place, act, options));
  }

  borrow<T>(path: string, work: (lease: Lease<V>) => Promise<T>): Promise<T> {
    const { clock, signal } = this.run.setup;
    // Without a session V is undefined: see the overloads of `operation`.
    if (this.#lease === undefined) return work(plainLease(clock, signal) as Lease<unknown> as Lease<V>);
    return this.#lease.run(work, (error) => this.run.emit(() => ({ type: 'repeat', path, error })));
  }

  limited<T>(lease: Lease<V>, call: () => Promise<T>): Promise<T> {
    const { clock, signal, stepDeadlineMs: ms } = this.run.setup;
    return withinLimit(call, { clock, signals: [signal, lease.signal], ms });
  }

  async giveBack(): Promise<void> {
    await this.#lease?.release();
  }

  enter(kind: EntryKind, name: string): Place {
    this.#assertFree(`${kind} "${name}"`);
    const frame = this.#frame;
    const path = pathOf(frame.path, name);
    if (frame.names.has(name)) {
      throw new OperationMisuseError(
        'ERR_OPERATION_DUPLICATE',
        `Operation ${this.key} has two things called ${path}.`,
      );
    }
    const entry = this.run.setup.journal.recall(path, { kind, name }, frame.next);
    const place = { path, name, position: frame.next, entry };
    frame.names.add(name);
    frame.next += 1;
    this.#busy = `${kind} "${name}"`;
    return place;
  }

  leave(): void {
    this.#busy = undefined;
  }

  async beginItems(place: Place): Promise<void> {
    const frame = this.#frame;
    if (frame.counts) {
      frame.counts = false;
      this.run.giveItemBack();
    }
    await this.giveBack();
    if (place.entry !== undefined) return;
    const { journal, clock } = this.run.setup;
    const { path, position } = place;
    await journal.put({ path, kind: 'range', state: 'intent', position, at: clock.now() });
  }

  push(path: string): void {
    this.#frames.push({ path, names: new Set(), next: 0, counts: true });
  }

  pop(): void {
    this.#frames.pop();
  }

  assertOver(): void {
    if (this.#stopped !== undefined) throw this.#stopped;
    if (this.#busy !== undefined) {
      throw new OperationMisuseError(
        'ERR_OPERATION_OVERLAP',
        `Operation ${this.key} went on while ${this.#busy} was not awaited.`,
      );
    }
  }

  stopHere(stop: OperationStopped): never {
    this.#stopped = stop;
    throw stop;
  }

  inner(path: string): Surrounding<V, Tx> {
    return new Surrounding(this.run, path);
  }

  get #frame(): Frame {
    const frame = this.#frames.at(-1);
    if (frame === undefined) throw new RangeError('no frame is left');
    return frame;
  }

  #assertFree(what: string): void {
    this.signal.throwIfAborted();
    if (this.#stopped !== undefined) throw this.#stopped;
    if (this.#busy !== undefined) {
      throw new OperationMisuseError(
        'ERR_OPERATION_OVERLAP',
        `Operation ${this.key} began ${what} while ${this.#busy} was not over.`,
      );
    }
  }

  async #alone<T>(kind: EntryKind, name: string, work: (place: Place) => Promise<T>): Promise<T> {
    const place = this.enter(kind, name);
    try {
      return await work(place);
    } finally {
      this.leave();
    }
  }
}
