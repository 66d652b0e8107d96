import { classify as classifyError } from '../../classify/classify.ts';
import { AwakeLimits } from '../../clock/awake-limits.ts';
import type { Clock } from '../../clock/clock.ts';
import { warnOf } from '../../clock/notify.ts';
import type { Random } from '../../clock/random.ts';
import { systemRandom } from '../../clock/random.ts';
import { systemClock } from '../../clock/system-clock.ts';
import type { MachineSignals } from '../../events/machine-signals.ts';
import type { Breaker } from '../breaker/breaker.ts';
import type { RetryBudget } from '../budget/retry-budget.ts';
import type { OnEvent } from '../events.ts';
import type { ConcurrencyLimit } from '../limit/concurrency-limit.ts';
import type { RateLimiter } from '../limit/rate-limiter.ts';
import type { ChaosPolicy } from './chaos-policy.ts';
import { Coalescer } from './coalesce.ts';
import { defaultRetry } from './default-retry.ts';
import type { HedgePlan } from './hedge.ts';
import { checkOptions, hedgePlan, limitMs, stallOptions } from './options-checks.ts';
import type { Classifier, Fallback, PolicyOptions, RetryRules } from './options.ts';
import { SleepWitness } from './sleep-witness.ts';
import type { Stop } from './stop.ts';

/** The limits under which a function is called. */
export interface AttemptLimits {
  readonly timeout: AwakeLimits | undefined;
  readonly stall: AwakeLimits | undefined;
  readonly stallMode: 'warn' | 'enforce';
}

/** Options, checked once and with defaults, and what is decided by them once for all runs. */
export interface Plan extends AttemptLimits {
  readonly name: string;
  readonly fallback: Fallback<unknown> | undefined;
  readonly coalescer: Coalescer | undefined;
  readonly deadline: AwakeLimits | undefined;
  readonly stop: Stop | undefined;
  readonly retry: RetryRules;
  /** Whether any category is retried. */
  readonly retries: boolean;
  readonly budget: RetryBudget | undefined;
  readonly breaker: Breaker | undefined;
  readonly concurrency: ConcurrencyLimit | undefined;
  readonly rate: RateLimiter | undefined;
  readonly hedge: HedgePlan | undefined;
  readonly chaos: ChaosPolicy | undefined;
  /** Never fails. */
  readonly dispose: ((value: unknown) => void) | undefined;
  readonly machine: MachineSignals | undefined;
  readonly classify: Classifier;
  readonly clock: Clock;
  /** Looks for sleep after a failure. */
  readonly witness: SleepWitness;
  readonly random: Random;
  readonly onEvent: OnEvent | undefined;
  /** Measures how long a run lives where a stop asks and no deadline tells. */
  readonly lifetime: AwakeLimits | undefined;
  /** The limits of an attempt whose copies have limits of their own. */
  readonly unlimited: AttemptLimits;
  /** Leave has to be asked before an attempt. */
  readonly admits: boolean;
  /** Something besides the caller's signal may interrupt an attempt. */
  readonly interrupts: boolean;
  /** Something is set up when a run begins. */
  readonly begins: boolean;
  /** Somebody besides events wants to know how an attempt went. */
  readonly notes: boolean;
}

/** Longer than any process lives, and short enough for a number to hold parts of a microsecond beside it. */
const LIFETIME_MS = 1e12;

/** @throws InvalidOptionError naming the field. */
export function plan<F>(name: string, options: PolicyOptions<F>): Plan {
  checkOptions(name, options);
  const clock = options.clock ?? systemClock;
  const retry = options.retry === 'default' ? defaultRetry : (options.retry ?? {});
  const stall = stallOptions(options.stall);
  const limits = (ms: number | undefined): AwakeLimits | undefined =>
    ms === undefined ? undefined : new AwakeLimits(clock, ms);
  const { stop, budget, breaker, concurrency, rate, chaos, dispose, machine, onEvent } = options;
  const deadline = limits(limitMs(options.deadline, 'deadline'));
  const timeout = limits(limitMs(options.attemptTimeout, 'attemptTimeout'));
  const stalls = limits(stall?.ms);
  const stallMode = stall?.mode ?? 'enforce';
  const discard = dispose === undefined ? undefined : guarded(dispose);
  const measures = stop !== undefined && deadline === undefined;
  return {
    name,
    clock,
    timeout,
    stall: stalls,
    stallMode,
    witness: new SleepWitness(clock),
    lifetime: measures ? new AwakeLimits(clock, LIFETIME_MS, { unref: true }) : undefined,
    unlimited: { timeout: undefined, stall: undefined, stallMode },
    fallback: options.fallback,
    coalescer: options.coalesce === true ? new Coalescer({ onUnclaimed: discard ?? NOTHING }) : undefined,
    deadline,
    stop,
    retry,
    retries: Object.values(retry).some((rule) => rule.attempts > 0),
    budget,
    breaker,
    concurrency,
    rate,
    hedge: options.hedge === undefined ? undefined : hedgePlan(options.hedge),
    chaos,
    dispose: discard,
    machine,
    classify: options.classify ?? classifyError,
    random: options.random ?? systemRandom,
    onEvent,
    admits: breaker !== undefined || concurrency !== undefined || rate !== undefined,
    interrupts:
      options.hedge !== undefined ||
      timeout !== undefined ||
      stalls !== undefined ||
      deadline !== undefined ||
      machine !== undefined ||
      concurrency !== undefined,
    begins: deadline !== undefined || stop !== undefined || machine !== undefined,
    notes: breaker !== undefined || concurrency !== undefined || rate?.learn !== undefined || budget?.record !== undefined,
  };
}

const NOTHING = (): void => {};

/** What goes wrong with a result that nobody takes is a warning. */
function guarded(dispose: (value: unknown) => void | Promise<void>): (value: unknown) => void {
  return (value) => {
    void (async () => await dispose(value))().catch(warnOf);
  };
}
