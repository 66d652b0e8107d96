import { classify as classifyError } from '../../classify/classify.ts';
import type { Category, Verdict } from '../../classify/verdict.ts';
import type { Clock, Timer } from '../../clock/clock.ts';
import type { AttemptContext, AttemptFunction } from './attempt.ts';
import { HedgeLostError } from './hedge-lost-error.ts';

/** How many copies of an attempt may run beside it, and when each starts. */
export interface HedgePlan {
  /**
   * How long, in ms, the attempt waits without an answer before it starts the copy of this number (1 for the first
   * further one), counted from the start of the one before. 0 starts it at once; `Infinity` only when one has failed.
   * Must not throw.
   */
  afterMs(copy: number): number;
  /** Most further copies, beside the first call; 0 for none. */
  readonly copies: number;
}

/** What hedging needs from its run. The listeners must not throw. */
export interface HedgeTools {
  readonly clock: Clock;
  /** Judges the failure of a copy; default `classify`. Must not throw. */
  readonly classify?: (error: unknown, options: { readonly signal?: AbortSignal }) => Verdict;
  /** A further copy starts; 1 for the first further one. */
  onHedge?(copy: number): void;
  /**
   * A copy settled after another had decided the attempt, or after its abort: its value is nobody's. One that rejects
   * with the reason of its own signal is not told.
   */
  onLoser?(outcome: 'fulfilled' | 'rejected', value: unknown): void;
}

/** What another copy would only repeat: these end the attempt, also while other copies run. */
const FINAL: readonly Category[] = [
  'permanent',
  'defect',
  'cancelled',
  'auth-expired',
  'session-lost',
  'page-lost',
];

/**
 * A function that calls `fn` and, while that has not answered, calls it again beside, a few times: the first success
 * wins, and the signals of the others abort with a HedgeLostError (`ERR_HEDGE_LOST`). So `fn` must be harmless when it
 * runs several times at once.
 *
 * A copy that failed starts the next at once, unless that could only fail likewise: a permanent failure ends the
 * attempt with that error, and after a throttle no further copy starts. When all copies have failed it rejects with
 * the first error. When the attempt's own signal aborts, all copies abort with its reason; like `fn` itself, it
 * then settles when the copies do. A call of `progress()` in any copy counts for the attempt.
 */
export function hedged<T>(fn: AttemptFunction<T>, plan: HedgePlan, tools: HedgeTools): AttemptFunction<T> {
  if (plan.copies === 0) return fn;
  return (context) => new HedgedAttempt(fn, plan, tools, context).start();
}

/** Modes: open (copies run, more may start) -> decided (won, failed or aborted: what still runs has lost). */
class HedgedAttempt<T> {
  readonly #fn: AttemptFunction<T>;
  readonly #plan: HedgePlan;
  readonly #tools: HedgeTools;
  readonly #context: AttemptContext;
  readonly #running = new Set<Copy>();
  readonly #result = Promise.withResolvers<T>();
  #open = true;
  /** Calls made, the first included. */
  #started = 0;
  #mayStart = true;
  #timer: Timer | undefined;
  #firstFailure: { readonly error: unknown } | undefined;

  constructor(fn: AttemptFunction<T>, plan: HedgePlan, tools: HedgeTools, context: AttemptContext) {
    this.#fn = fn;
    this.#plan = plan;
    this.#tools = tools;
    this.#context = context;
  }

  start(): Promise<T> {
    const { signal } = this.#context;
    signal.addEventListener('abort', this.#onAbort);
    if (signal.aborted) {
      this.#onAbort();
      this.#result.reject(signal.reason);
    } else this.#startCopy();
    return this.#result.promise;
  }

  #startCopy(): void {
    const number = this.#started;
    this.#started += 1;
    // Before the call, which may fail on the spot and then starts the next one itself.
    this.#armNext();
    if (number > 0) this.#tools.onHedge?.(number);
    // Whoever is told may abort.
    if (this.#open) void this.#run(new Copy(this.#context));
  }

  #armNext(): void {
    if (!this.#hasNext()) return;
    const ms = this.#plan.afterMs(this.#started);
    if (ms === Number.POSITIVE_INFINITY) return;
    this.#timer = this.#tools.clock.timer(ms, () => this.#startCopy());
  }

  #hasNext(): boolean {
    return this.#mayStart && this.#started <= this.#plan.copies;
  }

  async #run(copy: Copy): Promise<void> {
    this.#running.add(copy);
    try {
      const value = await this.#fn(copy);
      this.#running.delete(copy);
      if (this.#decide()) this.#result.resolve(value);
      else this.#tools.onLoser?.('fulfilled', value);
    } catch (error) {
      this.#running.delete(copy);
      if (this.#open) this.#onFailure(error);
      else if (!copy.isReason(error)) this.#tools.onLoser?.('rejected', error);
    }
    // Without effect unless the attempt was aborted.
    if (!this.#open && this.#running.size === 0) this.#result.reject(this.#context.signal.reason);
  }

  #onFailure(error: unknown): void {
    this.#firstFailure ??= { error };
    this.#timer?.cancel();
    const { category, safeToReplay } = this.#judge(error);
    if (FINAL.includes(category) || safeToReplay === 'no') {
      this.#decide();
      this.#result.reject(error);
      return;
    }
    if (category === 'rate-limit') this.#mayStart = false;
    if (this.#hasNext()) {
      this.#startCopy();
    } else if (this.#running.size === 0) {
      this.#decide();
      this.#result.reject(this.#firstFailure.error);
    }
  }

  #judge(error: unknown): Verdict {
    return (this.#tools.classify ?? classifyError)(error, { signal: this.#context.signal });
  }

  /** Ends the mode open; false when it had ended. The copies that still run abort. */
  #decide(): boolean {
    if (!this.#open) return false;
    this.#open = false;
    this.#timer?.cancel();
    const { signal } = this.#context;
    signal.removeEventListener('abort', this.#onAbort);
    for (const copy of this.#running) copy.abort(signal.aborted ? signal.reason : new HedgeLostError());
    return true;
  }

  readonly #onAbort = (): void => void this.#decide();
}

/** What one copy is given: a signal of its own, made when it is asked for. */
class Copy implements AttemptContext {
  readonly #attempt: AttemptContext;
  #controller: AbortController | undefined;
  #aborted: { readonly reason: unknown } | undefined;

  constructor(attempt: AttemptContext) {
    this.#attempt = attempt;
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#aborted !== undefined) this.#controller.abort(this.#aborted.reason);
    }
    return this.#controller.signal;
  }

  get attempt(): number {
    return this.#attempt.attempt;
  }

  readonly progress = (): void => {
    if (this.#aborted === undefined) this.#attempt.progress();
  };

  abort(reason: unknown): void {
    this.#aborted = { reason };
    this.#controller?.abort(reason);
  }

  /** Whether it is what the signal of this copy aborted with. */
  isReason(error: unknown): boolean {
    return this.#aborted !== undefined && this.#aborted.reason === error;
  }
}
