import { awakeTimer } from '../clock/awake-timer.ts';
import { stayAwake } from '../session/stay-awake.ts';
import type { JsonValue } from '../state/state-store.ts';
import { Journal } from './journal.ts';
import type { LedgerClaim, LedgerRun } from './ledger.ts';
import { OperationMisuseError, isStop } from './operation-error.ts';
import type { OperationLimits } from './operation-limits.ts';
import type { Operation, OperationOptions, OperationReport } from './operation-port.ts';
import { OperationRun } from './operation-run.ts';
import { copyOf, storable } from './storable.ts';
import { Surrounding } from './surrounding.ts';
import { newTally, reportOf } from './tally.ts';
import { withinLimit } from './within-limit.ts';

/** Longer than any operation: what has gone by of it is how long one took, awake. */
const FOREVER_MS = 1e12;

/** One run of an operation whose ledger was asked. */
export interface Performance<V, Tx, T> {
  readonly options: OperationOptions<V, Tx>;
  readonly limits: OperationLimits;
  readonly work: (operation: Operation<V, Tx>) => Promise<T>;
  readonly run: LedgerRun;
  /** None in a dry run. */
  readonly claim: LedgerClaim<Tx> | undefined;
}

/** Runs an operation that is not done; gives the result of one that is. */
export async function perform<V, Tx, T extends JsonValue | void>(
  performance: Performance<V, Tx, T>,
): Promise<OperationReport<T>> {
  const { options, limits, run, claim } = performance;
  const entries = await (claim === undefined ? options.ledger.entries(run.key) : claim.entries());
  const journal = new Journal(run.key, claim, entries);
  if (run.state === 'done') {
    const tally = newTally();
    tally.itemsBefore = journal.all('item').filter(({ state }) => state === 'done').length;
    const value = copyOf(run.value) as T | undefined;
    return reportOf(tally, journal, { state: 'done', value, resumed: true, durationMs: 0 });
  }
  const { keepAwake, signal } = options;
  const reason = `operation ${run.key}`;
  const letSleep = await stayAwake({ keepAwake, reason, clock: limits.clock, signal });
  try {
    return await new Performer(performance, journal).perform();
  } finally {
    await letSleep();
  }
}

/** Working -> ended: done, partial (stopped by `maxItems`, or dry), or failed. */
class Performer<V, Tx, T extends JsonValue | void> {
  readonly #performance: Performance<V, Tx, T>;
  readonly #journal: Journal<Tx>;
  readonly #run: OperationRun<V, Tx>;
  readonly #root: Surrounding<V, Tx>;
  readonly #resumed: boolean;
  /** Aborts by the caller's signal, and when the operation has ended. */
  readonly #ending = new AbortController();

  constructor(performance: Performance<V, Tx, T>, journal: Journal<Tx>) {
    const { options, limits, run, claim } = performance;
    this.#performance = performance;
    this.#journal = journal;
    this.#resumed = run.starts > (claim === undefined ? 0 : 1);
    this.#run = new OperationRun<V, Tx>({
      ...limits,
      key: run.key,
      signal: this.#ending.signal,
      journal,
      tally: newTally(),
      session: options.session,
      dryRun: options.dryRun ?? false,
      onEvent: options.onEvent,
    });
    this.#root = new Surrounding(this.#run, '');
  }

  async perform(): Promise<OperationReport<T>> {
    const { options, limits, run, claim } = this.#performance;
    const onAbort = (): void => this.#ending.abort(options.signal?.reason);
    if (options.signal?.aborted === true) onAbort();
    options.signal?.addEventListener('abort', onAbort, { once: true });
    const lived = awakeTimer(limits.clock, FOREVER_MS, () => {}, { unref: true });
    const starts = run.starts + (claim === undefined ? 1 : 0);
    this.#run.emit(() => ({ type: 'started', resumed: this.#resumed, starts }));
    try {
      const end = await this.#work();
      const report = this.#reported(end, FOREVER_MS - lived.leftMs);
      this.#run.emit(() => ({ type: 'finished', state: end.state }));
      return report;
    } catch (error) {
      this.#run.emit(() => ({ type: 'finished', state: 'failed', error }));
      throw error;
    } finally {
      lived.cancel();
      options.signal?.removeEventListener('abort', onAbort);
      await this.#end();
    }
  }

  async #work(): Promise<Pick<OperationReport<T>, 'state' | 'value'>> {
    const { work, limits, run, claim } = this.#performance;
    const { signal } = this.#ending;
    let value: T | undefined;
    try {
      value = await withinLimit(() => work(this.#root), { clock: limits.clock, signals: [signal] });
      if (this.#run.stop === undefined) this.#root.assertOver();
    } catch (error) {
      if (this.#run.stop === undefined || !isStop(error)) throw error;
    }
    if (this.#run.stop !== undefined) return { state: 'partial', value: undefined };
    const kept = storable(value, `Operation ${run.key}`);
    if (claim === undefined) return { state: 'partial', value: copyOf(kept) as T };
    await this.#parkUnreached();
    await claim.finish(kept);
    return { state: 'done', value: copyOf(kept) as T };
  }

  /**
   * Effects that an earlier run left in the middle, and that this program does not come to any more, because their
   * item is not in its list: nobody else would ever tell of them.
   */
  async #parkUnreached(): Promise<void> {
    for (const entry of this.#journal.all('effect').filter(({ state }) => state === 'intent')) {
      const doubt = 'A run ended in the middle of it, and the operation ended without coming to it again.';
      await this.#journal.put({ ...entry, state: 'in-doubt', doubt, at: this.#run.setup.clock.now() });
      this.#run.emit(() => ({ type: 'effect', path: entry.path, how: 'in-doubt' }));
    }
  }

  #reported(end: Pick<OperationReport<T>, 'state' | 'value'>, durationMs: number): OperationReport<T> {
    return reportOf(this.#run.setup.tally, this.#journal, { ...end, resumed: this.#resumed, durationMs });
  }

  /** What is still called on the operation is refused; a caller who aborted does not wait for the session. */
  async #end(): Promise<void> {
    const leaseIsBack = this.#root.giveBack();
    if (this.#ending.signal.aborted) return;
    await leaseIsBack;
    this.#ending.abort(
      new OperationMisuseError('ERR_OPERATION_OVER', `Operation ${this.#performance.run.key} has ended.`),
    );
  }
}
