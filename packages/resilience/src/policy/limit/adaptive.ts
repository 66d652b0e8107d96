import { InvalidOptionError } from '../../errors.ts';
import { isHeard } from '../../events/publish.ts';
import { emit } from '../events.ts';
import type { OnEvent } from '../events.ts';
import { queueLength, whole } from './checked.ts';
import type { ConcurrencyLimit, LimitSnapshot, Slot } from './concurrency-limit.ts';
import type { LimitAlgorithm, LimitRound } from './limit-algorithm.ts';
import { Places } from './places.ts';
import type { Ended, PlacesOwner } from './places.ts';
import { vegas } from './vegas.ts';
import { checkFields } from '../../known-fields.ts';
import type { Known } from '../../known-fields.ts';

/** What makes an adaptive limit. */
export interface AdaptiveOptions {
  /** The limit at first; default 20, or what of `min` and `max` is nearest. */
  readonly initial?: number;
  /** Never below; default 1. */
  readonly min?: number;
  /** Never above; default 200. */
  readonly max?: number;
  /** Default `vegas()`. */
  readonly algorithm?: LimitAlgorithm;
  /** Most callers that wait for a place, in the order in which they asked; default 0, may be `Infinity`. */
  readonly queue?: number;
  /** Names it in its errors and events; there it is `adaptive` without one. */
  readonly name?: string;
  /** Told of `limit` events: each change of the limit. */
  readonly onEvent?: OnEvent;
}

/** So many calls are a round, or as many as the limit when that is less. */
const ROUND_CALLS = 50;

const KNOWN: Known<AdaptiveOptions> = {
  initial: true,
  min: true,
  max: true,
  algorithm: true,
  queue: true,
  name: true,
  onEvent: true,
};

/**
 * A limit of calls at once that finds by itself how many the service bears, from how long they take and which are
 * dropped. Successes and drops teach: a drop is a failure of category `timeout` or `rate-limit` (or of none told), and a
 * throttle that is reported as `none`. Every other failure, and `none`, frees the place and teaches nothing. Calls that
 * wait are let in as soon as the limit grows. What was learnt is forgotten with the process.
 * @throws InvalidOptionError naming the option.
 */
export function adaptive(options: AdaptiveOptions = {}): ConcurrencyLimit {
  checkFields(options, Object.keys(KNOWN), 'concurrency.');
  return new AdaptiveLimit(options);
}

/**
 * Gathers what calls show into rounds (see `LimitRound`), and asks the algorithm for the next limit after each. A round ends
 * with its last call or with its first drop; calls are counted in the round in which they began, and those that began in
 * an earlier one are counted nowhere: several drops at once are one.
 */
class AdaptiveLimit implements ConcurrencyLimit, PlacesOwner {
  readonly kind = 'adaptive';
  declare readonly name: string;
  readonly queue: number;
  readonly #min: number;
  readonly #max: number;
  readonly #slowMs: number;
  /** Its name in events. */
  readonly #label: string;
  readonly #onEvent: OnEvent | undefined;
  readonly #learn: (round: LimitRound) => number;
  readonly #places: Places;
  #limit: number;
  #round = 0;
  #peak = 0;
  #calls = 0;
  #sumMs = 0;

  constructor(options: AdaptiveOptions) {
    const { min = 1, max = 200, algorithm = vegas() } = options;
    this.#min = whole(min, 1, 'concurrency.min');
    this.#max = whole(max, this.#min, 'concurrency.max');
    this.#limit = whole(options.initial ?? this.#held(20), 1, 'concurrency.initial');
    if (this.#limit < min || this.#limit > max) {
      throw new InvalidOptionError('concurrency.initial', 'must not be below min or above max');
    }
    if (options.name !== undefined) this.name = options.name;
    this.queue = queueLength(options.queue ?? 0, 'concurrency.queue');
    this.#slowMs = algorithm.slowMs ?? Number.POSITIVE_INFINITY;
    this.#label = options.name ?? 'adaptive';
    this.#onEvent = options.onEvent;
    this.#learn = algorithm.begin();
    this.#places = new Places(this.#limit, this);
  }

  acquire(signal?: AbortSignal): Slot | Promise<Slot> {
    return this.#places.acquire(signal);
  }

  snapshot(): LimitSnapshot {
    return this.#places.snapshot();
  }

  onTaken(running: number): number {
    this.#peak = Math.max(this.#peak, running);
    return this.#round;
  }

  onEnded(ended: Ended): void {
    if (ended.tag !== this.#round) return;
    const taught = lessonOf(ended, this.#slowMs);
    if (taught === 'nothing') return;
    if (taught === 'drop') {
      this.#endRound(true);
      return;
    }
    this.#calls += 1;
    this.#sumMs += ended.durationMs;
    if (this.#calls >= Math.min(this.#limit, ROUND_CALLS)) this.#endRound(false);
  }

  #endRound(dropped: boolean): void {
    const round: LimitRound = {
      limit: this.#limit,
      meanMs: this.#calls === 0 ? 0 : this.#sumMs / this.#calls,
      dropped,
      busy: this.#peak * 2 >= this.#limit,
    };
    this.#round += 1;
    this.#calls = 0;
    this.#sumMs = 0;
    const learnt = this.#learn(round);
    // An algorithm that lost count changes nothing: a limit that is no number would let nobody in any more.
    if (!Number.isNaN(learnt)) this.#limit = this.#held(learnt);
    // Those who run now, without the one that has just ended, are there when the next round begins.
    this.#peak = this.#places.snapshot().running;
    const from = this.#places.snapshot().limit;
    const to = Math.floor(this.#limit);
    this.#places.resize(to);
    if (from !== to && isHeard(this.#onEvent)) {
      emit(this.#onEvent, { type: 'limit', limit: this.#label, from, to });
    }
  }

  #held(limit: number): number {
    return Math.min(Math.max(limit, this.#min), this.#max);
  }
}

function lessonOf({ outcome, category, durationMs }: Ended, slowMs: number): 'latency' | 'drop' | 'nothing' {
  if (category === 'rate-limit') return 'drop';
  if (outcome === 'none') return 'nothing';
  if (outcome === 'failure') return category === undefined || category === 'timeout' ? 'drop' : 'nothing';
  return durationMs > slowMs ? 'drop' : 'latency';
}
