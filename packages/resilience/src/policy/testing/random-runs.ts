import { seededRandom } from '../../clock/index.ts';
import type { Random, VirtualClock } from '../../clock/index.ts';
import type { MachineSignal, MachineSignals } from '../../events/machine-signals.ts';
import { memoryState } from '../../state/memory-state.ts';
import { constant, fullJitter } from '../backoff/backoff.ts';
import { breaker } from '../breaker/breaker.ts';
import { countWindow } from '../breaker/windows.ts';
import { tokenBucket } from '../budget/token-bucket.ts';
import { bulkhead } from '../limit/bulkhead.ts';
import { rateLimit } from '../limit/rate-limit.ts';
import type { AttemptContext } from '../pipeline/attempt.ts';
import type { PolicyOptions } from '../pipeline/options.ts';
import { afterAttempts, afterElapsed } from '../stop/stops.ts';
import { RESET, throttled } from './policy-setup.ts';

/** Draws of one seed. */
export interface Dice {
  readonly random: Random;
  readonly chance: (share: number) => boolean;
  /** From 1 to `most`. */
  readonly upTo: (most: number) => number;
}

export function diceOf(seed: number): Dice {
  const random = seededRandom(seed);
  return {
    random,
    chance: (share) => random.next() < share,
    upTo: (most) => 1 + Math.floor(random.next() * most),
  };
}

/** A machine whose network and sleep a test decides. */
export class FakeMachine implements MachineSignals {
  online = true;
  readonly listeners = new Set<(signal: MachineSignal) => void>();

  subscribe(listener: (signal: MachineSignal) => void): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  tell(signal: MachineSignal): void {
    if (signal.kind !== 'wake') this.online = signal.kind === 'online';
    for (const listener of this.listeners) listener(signal);
  }
}

/** Options that a seed draws: every stage is there or not. */
export function randomOptions(dice: Dice, clock: VirtualClock, machine: FakeMachine): PolicyOptions<string> {
  const { random, chance, upTo } = dice;
  const maybe = <K extends keyof PolicyOptions<string>>(
    key: K,
    make: () => PolicyOptions<string>[K],
  ): Partial<PolicyOptions<string>> => (chance(0.4) ? { [key]: make() } : {});
  const state = chance(0.3) ? { state: memoryState(), name: 'b' } : {};
  const before = async (): Promise<void> => {
    await clock.sleep(upTo(500));
    if (chance(0.3)) throw new Error('no login');
  };
  const network = {
    attempts: upTo(4) - 1,
    backoff: constant(upTo(3_000)),
    ...(chance(0.2) ? { before } : {}),
  };
  const rules = {
    network,
    timeout: { attempts: upTo(3), backoff: fullJitter('1s', '10s') },
    'rate-limit': { attempts: 2, backoff: constant(100) },
    ...(chance(0.3) ? { local: { attempts: 2, backoff: constant(500) } } : {}),
  };
  const trips = chance(0.5) ? { failures: upTo(3) } : { window: countWindow({ calls: 4, failureRate: 0.5 }) };
  return {
    clock,
    random,
    ...(chance(0.8) ? { retry: rules } : {}),
    ...maybe('deadline', () => 1_000 + upTo(20_000)),
    ...maybe('stop', () => (chance(0.5) ? afterElapsed(5_000) : afterAttempts(3))),
    ...maybe('attemptTimeout', () => 500 + upTo(3_000)),
    ...maybe('stall', () => ({ after: 300 + upTo(2_000), mode: chance(0.3) ? 'warn' : 'enforce' })),
    ...maybe('breaker', () =>
      breaker({ ...state, name: 'b', ...trips, openMs: 1_000, halfOpenProbes: upTo(2), clock, random }),
    ),
    ...maybe('concurrency', () =>
      bulkhead({ concurrent: upTo(3), queue: chance(0.5) ? Number.POSITIVE_INFINITY : upTo(3) }),
    ),
    ...maybe('rate', () => rateLimit({ limit: upTo(3), per: '1s', clock, maxWait: 2_000 })),
    ...maybe('budget', () =>
      tokenBucket({
        ...state,
        capacity: upTo(4),
        refillMs: 1_000,
        whenEmpty: chance(0.5) ? 'wait' : 'stop',
        clock,
      }),
    ),
    ...maybe('hedge', () => ({ after: upTo(1_000), copies: upTo(2) })),
    ...maybe('machine', () => machine),
    ...maybe('coalesce', () => true),
    ...maybe('fallback', () => () => 'fallback'),
    ...maybe('dispose', () => () => {}),
  };
}

/** A function that succeeds, fails, is throttled, takes long, or ignores its signal, as drawn at each call. */
export class RandomWork {
  /** Calls that have not settled. */
  open = 0;
  readonly #dice: Dice;
  readonly #clock: VirtualClock;

  constructor(dice: Dice, clock: VirtualClock) {
    this.#dice = dice;
    this.#clock = clock;
  }

  readonly call = async (context: AttemptContext): Promise<string> => {
    this.open += 1;
    try {
      return await this.#perform(context);
    } finally {
      this.open -= 1;
    }
  };

  async #perform({ signal, progress }: AttemptContext): Promise<string> {
    const { chance, upTo } = this.#dice;
    const obeys = chance(0.7) ? { signal } : {};
    const ms = upTo(3_000);
    const kind = upTo(12);
    if (kind === 1) throw throttled(ms);
    if (kind === 2) throw new Error('not known');
    await this.#clock.sleep(ms, obeys);
    if (kind <= 6) throw RESET();
    progress();
    if (kind <= 8) await this.#clock.sleep(chance(0.5) ? ms : 30_000, obeys);
    return 'done';
  }
}
