import type { Clock } from '../clock/clock.ts';
import { seededRandom } from '../clock/random.ts';
import type { Random } from '../clock/random.ts';
import { systemClock } from '../clock/system-clock.ts';
import { InvalidOptionError, ResilienceError } from '../errors.ts';
import { parseSchedule } from './schedule.ts';
import type { Schedule } from './schedule.ts';

/** One call that a chaos policy looks at. */
export interface ChaosCall {
  /** The number of the call at this policy, from 1; attempts of all runs count. */
  readonly call: number;
  /** The number of the attempt within its run, from 1. */
  readonly attempt: number;
  readonly signal: AbortSignal;
}

/** Which calls are hit. All conditions that are given must hold. */
export interface ChaosOptions {
  /** For reports; default the name in `times`, else the kind of fault. */
  readonly name?: string;
  /** The share of calls that is hit, 0 to 1; default 1. */
  readonly rate?: number;
  /** At most so many (`3`), or which calls exactly: `"@2"`, `"reset@2x3"` (three times from the second call on). */
  readonly times?: number | string;
  /** Asked at every call. */
  readonly when?: (call: ChaosCall) => boolean;
  /** A switch for run time: while it says false, calls pass and are not even counted. */
  readonly enabled?: () => boolean;
  /**
   * `before` (default): the function is not called, as when a request is never sent. `after`: it is called and its
   * result is lost, as when the answer is.
   */
  readonly phase?: 'before' | 'after';
  /** Of the draws for `rate`; default 1, so that a run repeats itself. */
  readonly seed?: number;
  /** Instead of a seed. */
  readonly random?: Random;
  /** Measures latencies; give the policy's own. */
  readonly clock?: Clock;
  /** Faults are refused where `NODE_ENV` is `production`, unless this is true. */
  readonly allowInProduction?: boolean;
}

/** Options, checked and with defaults. */
export interface ChaosPlan extends Schedule {
  readonly name: string;
  readonly rate: number;
  readonly when: (call: ChaosCall) => boolean;
  readonly enabled: () => boolean;
  readonly phase: 'before' | 'after';
  readonly random: Random;
  readonly clock: Clock;
}

/**
 * @throws InvalidOptionError naming the option.
 * @throws ResilienceError (`ERR_CHAOS_IN_PRODUCTION`) where `NODE_ENV` is `production` and nobody allowed it.
 */
export function chaosPlan(kind: string, options: ChaosOptions): ChaosPlan {
  refuseInProduction(options.allowInProduction ?? false);
  const { rate = 1, phase = 'before', seed = 1, clock = systemClock } = options;
  if (!(rate >= 0 && rate <= 1)) throw new InvalidOptionError('chaos.rate', 'must be a number from 0 to 1');
  if (phase !== 'before' && phase !== 'after') {
    throw new InvalidOptionError('chaos.phase', 'must be "before" or "after"');
  }
  if (options.random !== undefined && options.seed !== undefined) {
    throw new InvalidOptionError('chaos.seed', 'has no effect beside random: give one of them');
  }
  const schedule = parseSchedule(options.times);
  return {
    ...schedule,
    name: options.name ?? schedule.name ?? kind,
    rate,
    when: options.when ?? (() => true),
    enabled: options.enabled ?? (() => true),
    phase,
    random: options.random ?? seededRandom(seed),
    clock,
  };
}

function refuseInProduction(allowed: boolean): void {
  if (allowed || process.env['NODE_ENV'] !== 'production') return;
  throw new ResilienceError('A chaos policy was made where NODE_ENV is production.', {
    code: 'ERR_CHAOS_IN_PRODUCTION',
    hint: 'Leave the chaos policy out there, or say allowInProduction: true if faults are meant for real traffic.',
  });
}
