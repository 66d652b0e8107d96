import type { Clock } from '../../clock/clock.ts';
import type { Duration } from '../../clock/duration.ts';
import { notify } from '../../clock/notify.ts';
import { InvalidOptionError } from '../../errors.ts';
import { tell } from '../../events/publish.ts';
import { resilient } from '../../policy/pipeline/resilient.ts';
import type { Policy } from '../../policy/pipeline/resilient.ts';

/** What was found when health was looked at. */
export interface HealthCheckEvent {
  /** The call before which it was looked at: 1 for the first. */
  readonly call: number;
  readonly outcome: 'healthy' | 'unhealthy';
  /** What the check threw; absent when it said false. */
  readonly error?: unknown;
}

/** The same as the stream of all events has it. */
export interface HealthCheckedEvent extends HealthCheckEvent {
  readonly type: 'health-check';
  /** The name of the function before whose calls it is looked. */
  readonly function: string;
}

/** How often to look, at what, and what to do about it. */
export interface HealthCheckOptions {
  /** Looks before every so many-th call; default 5. */
  readonly every?: number;
  /** Healthy unless it resolves to false, throws, or does not answer in time. */
  readonly check: (context: { readonly signal: AbortSignal }) => Promise<unknown>;
  /** Brings health back; then the call goes on. What it throws is thrown by the call that was due to check. */
  readonly onUnhealthy: (event: HealthCheckEvent) => Promise<void>;
  /** Limit of one check, since drivers have none; default 30 s. */
  readonly deadline?: Duration;
  readonly clock?: Clock;
  readonly onEvent?: (event: HealthCheckEvent) => void;
}

/**
 * A function with the same arguments that looks at the health of what it needs before every 5th call (`every`). The
 * calls are counted outside of them: 100 calls with `every: 5` make 20 checks, also when they run at the same time.
 * One check at a time; calls that begin meanwhile wait for it and for the recovery that it may need.
 * @throws InvalidOptionError naming the option.
 */
export function withPeriodicHealthCheck<This, A extends unknown[], T>(
  fn: (this: This, ...args: A) => Promise<T>,
  options: HealthCheckOptions,
): (this: This, ...args: A) => Promise<T> {
  const cadence = new Cadence(fn.name, options);
  const wrapped = async function (this: This, ...args: A): Promise<T> {
    await cadence.beforeCall();
    return await fn.apply(this, args);
  };
  return Object.defineProperty(wrapped, 'name', { value: fn.name, configurable: true });
}

/** Counts calls. Either nothing is looked at, or the checks that are due run one after another and calls wait. */
class Cadence {
  readonly #name: string;
  readonly #options: HealthCheckOptions;
  readonly #every: number;
  readonly #policy: Policy;
  #calls = 0;
  #checks: Promise<void> | undefined;

  constructor(name: string, options: HealthCheckOptions) {
    const { every = 5, deadline = '30s', clock } = options;
    if (!(Number.isInteger(every) && every >= 1)) {
      throw new InvalidOptionError('every', 'must be a whole number of at least 1');
    }
    this.#name = name;
    this.#options = options;
    this.#every = every;
    const time = clock === undefined ? {} : { clock };
    this.#policy = resilient('health check', { attemptTimeout: deadline, ...time });
  }

  async beforeCall(): Promise<void> {
    const call = (this.#calls += 1);
    const before = this.#checks;
    if (call % this.#every !== 0) {
      await before;
      return;
    }
    const check = this.#afterwards(before, call);
    // Whoever is due hears of a failure; the others only wait until it is over.
    const over = check.catch(() => undefined);
    this.#checks = over;
    try {
      await check;
    } finally {
      if (this.#checks === over) this.#checks = undefined;
    }
  }

  async #afterwards(before: Promise<void> | undefined, call: number): Promise<void> {
    await before;
    const event = await this.#look(call);
    if (this.#options.onEvent !== undefined) notify(this.#options.onEvent, event);
    tell<HealthCheckedEvent>('session', undefined, () => ({
      type: 'health-check',
      function: this.#name,
      ...event,
    }));
    if (event.outcome === 'unhealthy') await this.#options.onUnhealthy(event);
  }

  async #look(call: number): Promise<HealthCheckEvent> {
    try {
      const answer = await this.#policy.run(({ signal }) => this.#options.check({ signal }));
      return { call, outcome: answer === false ? 'unhealthy' : 'healthy' };
    } catch (error) {
      return { call, outcome: 'unhealthy', error };
    }
  }
}
