import { classify } from '../classify/classify.ts';
import type { Lease } from '../session/lease.ts';
import type { JsonValue } from '../state/state-store.ts';
import { drawEffectId } from './effect-id.ts';
import type { LedgerEntry } from './ledger.ts';
import { OperationMisuseError } from './operation-error.ts';
import { assertFunction } from './operation-limits.ts';
import type { EffectOptions, EffectOutcome, Verified } from './operation-port.ts';
import { ObservedLease, wasRefused } from './observed-lease.ts';
import type { EventOf } from './operation-run.ts';
import type { Place, Scope } from './scope.ts';
import { copyOf, storable } from './storable.ts';

/** Acts of one effect in one run; each but the first after `verify` said that nothing had happened. */
const MOST_ACTS = 3;

type Act<V, T> = (lease: Lease<V>, context: { readonly effectId: string }) => Promise<T>;

/** How an act went: it is done, or nobody knows. That it certainly did not happen is thrown. */
type Acted = { readonly outcome: 'done' } | { readonly outcome: 'unknown'; readonly error: unknown };

/** Runs an effect, settles one that an earlier run left open, or tells how it ended. */
export function runEffect<V, Tx, T extends JsonValue | void>(
  scope: Scope<V, Tx>,
  place: Place,
  act: Act<V, T>,
  options: EffectOptions<V, T>,
): Promise<EffectOutcome<T>> {
  assertFunction(act, 'act');
  if (options.verify !== undefined) assertFunction(options.verify, 'verify');
  return new RunningEffect(scope, place, act, options).run();
}

/**
 * One effect in one run, by the state of its entry: none or withdrawn -> intent -> done, withdrawn (the error goes
 * up) or, when nobody knows, verified: done, acted again, or in doubt.
 */
class RunningEffect<V, Tx, T extends JsonValue | void> {
  readonly #scope: Scope<V, Tx>;
  readonly #place: Place;
  readonly #act: Act<V, T>;
  readonly #verify: EffectOptions<V, T>['verify'];
  readonly #effectId: string;
  /** An act has begun that may have happened. */
  #isOpen = false;
  #value: T | undefined;

  constructor(scope: Scope<V, Tx>, place: Place, act: Act<V, T>, options: EffectOptions<V, T>) {
    this.#scope = scope;
    this.#place = place;
    this.#act = act;
    this.#verify = options.verify;
    // Drawn, not derived: an operation that is forgotten and begun anew within a millisecond has others.
    this.#effectId = place.entry?.effectId ?? drawEffectId(scope.run.setup.random);
  }

  async run(): Promise<EffectOutcome<T>> {
    const { entry } = this.#place;
    if (entry?.state === 'done') {
      this.#emit('before');
      return { outcome: 'done', value: copyOf(entry.value) as T | undefined };
    }
    if (entry?.state === 'in-doubt') {
      this.#emit('in-doubt');
      return { outcome: 'in-doubt', doubt: entry.doubt ?? 'An earlier run could not tell.' };
    }
    if (this.#scope.run.setup.dryRun) {
      this.#scope.run.setup.tally.effectsSkipped += 1;
      this.#emit('dry');
      return { outcome: 'skipped' };
    }
    return entry?.state === 'intent'
      ? await this.#decide(0, new Error('The program ended in the middle of it.'))
      : await this.#tryIt(1);
  }

  async #tryIt(times: number): Promise<EffectOutcome<T>> {
    const acted = await this.#scope.borrow(this.#place.path, (lease) => this.#actOnce(lease));
    if (acted.outcome === 'unknown') return await this.#decide(times, acted.error);
    this.#scope.run.setup.tally.effectsDone += 1;
    this.#emit('done');
    return { outcome: 'done', value: this.#value };
  }

  /** Intent, act, confirm. Rejects when it certainly did not happen; the session may then repeat it. */
  async #actOnce(lease: Lease<V>): Promise<Acted> {
    // Called again without having failed: the session did not wait for it.
    if (this.#isOpen) return { outcome: 'unknown', error: new Error('The session was lost meanwhile.') };
    const { signal } = this.#scope.run.setup;
    signal.throwIfAborted();
    lease.signal.throwIfAborted();
    await this.#put({ state: 'intent' });
    if (lease.signal.aborted) {
      await this.#withdraw(lease.signal.reason);
      throw lease.signal.reason;
    }
    this.#isOpen = true;
    this.#emit('intent');
    const observed = new ObservedLease(lease);
    let value: T;
    try {
      value = await this.#scope.limited(lease, () => this.#act(observed, { effectId: this.#effectId }));
    } catch (error) {
      signal.throwIfAborted();
      if (!wasRefused(error, lease.report(error), observed)) return { outcome: 'unknown', error };
      await this.#withdraw(error);
      throw error;
    }
    await this.#confirm(value);
    this.#value = copyOf(value as JsonValue | undefined) as T;
    return { outcome: 'done' };
  }

  /** Nobody knows whether the last act happened. */
  async #decide(acts: number, error: unknown): Promise<EffectOutcome<T>> {
    const why = textOf(error);
    // What may still be going on in it ends with it.
    await this.#scope.giveBack();
    if (this.#verify === undefined) return await this.#park(`Its outcome is unknown: ${why}`, error);
    const seen = await this.#look(this.#verify);
    if ('failed' in seen) {
      return await this.#park(
        `Its outcome is unknown (${why}), and verify failed: ${textOf(seen.failed)}`,
        seen.failed,
      );
    }
    if (seen.happened === 'unknown') {
      return await this.#park(
        `Its outcome is unknown (${why}), and verify could not tell: ${seen.why ?? 'no reason given'}`,
        error,
      );
    }
    if (seen.happened) return await this.#verified(seen.value);
    this.#isOpen = false;
    if (acts >= MOST_ACTS || classify(error).safeToReplay === 'no') {
      await this.#withdraw(error);
      throw error;
    }
    this.#emit('again', error);
    return await this.#tryIt(acts + 1);
  }

  /** What `verify` says; its failure is an answer too, but not that it could not even be asked. */
  async #look(
    verify: NonNullable<EffectOptions<V, T>['verify']>,
  ): Promise<Verified<T> | { readonly failed: unknown }> {
    let wasAsked = false;
    try {
      return await this.#scope.borrow(this.#place.path, (lease) => {
        wasAsked = true;
        const asked = (): Promise<Verified<T>> => verify(lease, { effectId: this.#effectId });
        return this.#scope.limited(lease, async () => answered(await asked()));
      });
    } catch (error) {
      this.#scope.run.setup.signal.throwIfAborted();
      if (!wasAsked) throw error;
      return { failed: error };
    }
  }

  async #verified(value: T | undefined): Promise<EffectOutcome<T>> {
    await this.#confirm(value);
    this.#scope.run.setup.tally.effectsVerified += 1;
    this.#emit('verified');
    return { outcome: 'done', value: copyOf(value as JsonValue | undefined) as T | undefined };
  }

  /** It happened: that is written even when its result cannot be. */
  async #confirm(value: unknown): Promise<void> {
    try {
      const kept = storable(value, `Effect "${this.#place.name}" (${this.#place.path})`);
      await this.#put(kept === undefined ? { state: 'done' } : { state: 'done', value: kept });
    } catch (error) {
      if (error instanceof OperationMisuseError) await this.#put({ state: 'done' });
      throw error;
    }
  }

  async #withdraw(error: unknown): Promise<void> {
    await this.#put({ state: 'withdrawn' });
    this.#isOpen = false;
    this.#emit('withdrawn', error);
  }

  async #park(doubt: string, error: unknown): Promise<EffectOutcome<T>> {
    await this.#put({ state: 'in-doubt', doubt });
    this.#emit('in-doubt', error);
    return { outcome: 'in-doubt', doubt };
  }

  async #put(change: Pick<LedgerEntry, 'state' | 'value' | 'doubt'>): Promise<void> {
    const { path, position } = this.#place;
    const { journal, clock } = this.#scope.run.setup;
    const effectId = this.#effectId;
    await journal.put({ path, kind: 'effect', position, effectId, at: clock.now(), ...change });
  }

  #emit(how: Extract<EventOf, { type: 'effect' }>['how'], error?: unknown): void {
    this.#scope.run.emit(() => ({
      type: 'effect',
      path: this.#place.path,
      how,
      ...(error === undefined ? {} : { error }),
    }));
  }
}

/** An answer as it is; what is none, such as `{}`, must not pass for "it did not happen", which would repeat the act. */
function answered<T>(answer: Verified<T>): Verified<T> {
  const happened = (answer as { readonly happened?: unknown } | null | undefined)?.happened;
  if (happened === true || happened === false || happened === 'unknown') return answer;
  throw new OperationMisuseError(
    'ERR_OPERATION_VALUE',
    "verify must return { happened }, which is true, false or 'unknown'",
  );
}

function textOf(error: unknown): string {
  if (error instanceof Error) return error.message;
  return typeof error === 'object' && error !== null ? 'what was thrown is no error' : String(error);
}
