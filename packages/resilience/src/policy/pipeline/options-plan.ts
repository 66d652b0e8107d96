import { classify as classifyError } from '../../classify/classify.ts';
import { isVerdict } from '../../classify/verdict.ts';
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
import type { AttemptLimits } from './attempt-limits.ts';
import type { ChaosPolicy } from './chaos-policy.ts';
import { Coalescer } from './coalesce.ts';
import { defaultRetry } from './default-retry.ts';
import type { HedgePlan } from './hedge.ts';
import { checkOptions, hedgePlan, limitMs, stallOptions } from './options-checks.ts';
import type { Classifier, Fallback, PolicyOptions, RetryRules } from './options.ts';
import { SleepWitness } from './sleep-witness.ts';
import type { Stop } from './stop.ts';

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
  /** A run without a caller's signal has nothing but a breaker and limits of an attempt. */
  readonly isQuick: boolean;
  /** Somebody besides events wants to know how an attempt went. */
  readonly notes: boolean;
}

/** Longer than any process lives, and short enough for a number to hold parts of a microsecond beside it. */
const LIFETIME_MS = 1e12;

/** @throws InvalidOptionError naming the field. */
export function plan<F>(name: string, options: PolicyOptions<F>): Plan {
  checkOptions(name, options);
  const { clock = systemClock, random = systemRandom } = options;
  const { fallback, coalesce, stop, budget, breaker, concurrency, rate, hedge, chaos } = options;
  const retry = options.retry === 'default' ? defaultRetry : (options.retry ?? {});
  const dispose = guarded(options.dispose);
  const times = timesOf(clock, options);
  return {
    name,
    fallback,
    coalescer: coalesce === true ? new Coalescer({ onUnclaimed: dispose ?? NOTHING }) : undefined,
    ...times,
    stop,
    retry,
    retries: Object.values(retry).some((rule) => rule.attempts > 0),
    budget,
    breaker,
    concurrency,
    rate,
    hedge: hedge === undefined ? undefined : hedgePlan(hedge),
    chaos,
    dispose,
    machine: options.machine,
    classify: options.classify === undefined ? classifyError : orBuiltIn(options.classify),
    clock,
    witness: new SleepWitness(clock),
    random,
    onEvent: options.onEvent,
    admits: isAny(breaker, concurrency, rate),
    interrupts: isAny(hedge, times.timeout, times.stall, times.deadline, options.machine, concurrency),
    begins: isAny(times.deadline, stop, options.machine),
    isQuick: !isAny(hedge, concurrency, rate, times.deadline, stop, options.machine),
    notes: isAny(breaker, concurrency, rate, budget),
  };
}

function isAny(...parts: readonly unknown[]): boolean {
  return parts.some((part) => part !== undefined);
}

function timesOf(
  clock: Clock,
  options: PolicyOptions<unknown>,
): Pick<Plan, 'deadline' | 'timeout' | 'stall' | 'stallMode' | 'lifetime' | 'unlimited'> {
  const limits = (ms: number | undefined): AwakeLimits | undefined =>
    ms === undefined ? undefined : new AwakeLimits(clock, ms);
  const stall = stallOptions(options.stall);
  const stallMode = stall?.mode ?? 'enforce';
  const deadline = limits(limitMs(options.deadline, 'deadline'));
  const measures = options.stop !== undefined && deadline === undefined;
  return {
    deadline,
    timeout: limits(limitMs(options.attemptTimeout, 'attemptTimeout')),
    stall: limits(stall?.ms),
    stallMode,
    lifetime: measures ? new AwakeLimits(clock, LIFETIME_MS, { unref: true }) : undefined,
    unlimited: { timeout: undefined, stall: undefined, stallMode },
  };
}

const NOTHING = (): void => {};

/** A classifier that throws, or gives no verdict, must neither hide the failure nor keep an attempt from its end. */
function orBuiltIn(own: Classifier): Classifier {
  return (error, options) => {
    try {
      const verdict: unknown = own(error, options);
      if (isVerdict(verdict)) return verdict;
      warnOf(new TypeError(`A classifier gave no verdict but ${String(verdict)}.`));
    } catch (defect) {
      warnOf(defect);
    }
    return classifyError(error, options);
  };
}

/** What goes wrong with a result that nobody takes is a warning. */
function guarded(dispose: PolicyOptions['dispose']): ((value: unknown) => void) | undefined {
  if (dispose === undefined) return undefined;
  return (value) => {
    void (async () => await dispose(value))().catch(warnOf);
  };
}
