import { elapsed } from '../../clock/elapsed.ts';
import { systemRandom } from '../../clock/random.ts';
import { systemClock } from '../../clock/system-clock.ts';
import { isHeard, publish } from '../../events/publish.ts';
import type { OnEvent, PolicyEvent } from '../events.ts';
import { BreakerMemory } from './breaker-memory.ts';
import { breakerFigures, breakerRules } from './breaker-options.ts';
import type { BreakerOptions, BreakerRules } from './breaker-options.ts';
import { CLOSED, transition } from './breaker-state.ts';
import type { BreakerFigures, BreakerInput, BreakerState, Outcome } from './breaker-state.ts';
import { CircuitOpenError } from './circuit-open-error.ts';
import { countTally, rowTally, timeTally } from './tally.ts';
import type { Tally } from './tally.ts';

/** Leave to make a call, to be given back to `record`. */
export interface Admission {
  readonly allowed: true;
  readonly probe: boolean;
  /** Names the probe, or the stretch of being closed, to which the call belongs; never used twice. */
  readonly id: number;
}

/** No leave to make a call. */
export interface Refusal {
  readonly allowed: false;
  /** When it is worth asking again. While isolated nobody knows: then it is the length of the first opening. */
  readonly retryAfterMs: number;
  /** Why a person holds the circuit; empty when no reason was given, absent when nobody holds it. */
  readonly isolated?: string;
}

/** The answer to whoever asks for leave to call. */
export type Permit = Admission | Refusal;

/** A breaker as people see it. */
export interface BreakerSnapshot {
  readonly kind: BreakerState['kind'];
  /** Until a call may be admitted; 0 unless open. */
  readonly retryAfterMs: number;
  /** Openings since it was last closed. */
  readonly openings: number;
  /** Why it is isolated; only while it is. */
  readonly reason?: string;
}

/** Keeps calls away from something that fails, and probes it from time to time for ever. */
export interface Breaker {
  readonly name: string;
  /** Its rules as plain data. */
  readonly rules: BreakerRules;
  /**
   * Asks for leave to call. Whoever is allowed must `record` an outcome, whatever happens. A promise only until the
   * state store was read; it rejects with the store's error, and the next call reads again.
   */
  permitted(): Permit | Promise<Permit>;
  /**
   * Reports what the call showed. Calls admitted before the last change of state are ignored. A promise only when the
   * state changed and must be remembered; it rejects with the store's error, and the change holds in memory.
   * @param durationMs how long the call lived, for the rate of slow calls.
   */
  record(outcome: Outcome, permit: Permit, durationMs?: number): void | Promise<void>;
  /** The error for a refused call; not thrown here. */
  refusal(permit: Refusal): CircuitOpenError;
  /** Lets an open circuit admit its probes now: the machine woke, or a person says retry. */
  probeNow(): void;
  /**
   * Refuses all calls until `release`, also after a restart where state is kept; reports of calls under way are void.
   * Other processes on the same store learn of it when they start, or change their own state.
   */
  isolate(reason?: string): void | Promise<void>;
  /**
   * Ends `isolate`: the circuit is closed and has forgotten what it counted. In other states it changes nothing but
   * what is remembered of a hold, by whomever; another process that holds it must release it itself, or start again.
   */
  release(): void | Promise<void>;
  snapshot(): BreakerSnapshot;
}

/**
 * A circuit breaker: opens when too many calls fail (or are slow), refuses calls while it is open, and lets a few through
 * from time to time to see whether it may close. Only failures of the category `network`, `dns`, `tls` and `timeout` count
 * in a policy. Share one between all policies that reach the same service.
 * @throws InvalidOptionError naming the option.
 */
export function breaker(options: BreakerOptions): Breaker {
  return new CircuitBreaker(options);
}

/** How soon a caller that found all probes under way asks again. */
const PROBES_BUSY_MS = 1_000;

/**
 * Modes: closed (all calls pass, a tally counts them), open (none pass until a time), half-open (a few probes pass,
 * and decide), isolated (none pass until a person says so). `breaker-state.ts` holds the transitions, `tally.ts` the
 * counting; this class holds the clock, the memory on disk and the permits. Every change of mode ends the permits of
 * the one before, so reports from it are void. There is no timer: an open circuit becomes half-open when somebody
 * asks, so it always probes again.
 */
class CircuitBreaker implements Breaker {
  readonly name: string;
  readonly rules: BreakerRules;
  readonly #figures: BreakerFigures;
  readonly #tally: Tally;
  readonly #slowAfterMs: number;
  readonly #now: () => number;
  readonly #memory: BreakerMemory | undefined;
  readonly #stack: boolean;
  readonly #onEvent: OnEvent | undefined;
  #state: BreakerState = CLOSED;
  #lastId = 0;
  /** What everybody gets while closed; undefined in other modes and until the memory was read. */
  #pass: Admission | undefined;
  #loading: Promise<void> | undefined;
  #loaded: boolean;

  constructor(options: BreakerOptions) {
    this.rules = breakerRules(options);
    const { clock = systemClock, random = systemRandom, state } = options;
    this.name = options.name;
    this.#figures = breakerFigures(this.rules, options, random);
    this.#now = elapsed(clock);
    this.#tally = tallyOf(this.rules, this.#now);
    this.#slowAfterMs = this.rules.slow?.afterMs ?? Number.POSITIVE_INFINITY;
    this.#stack = options.stack ?? false;
    this.#onEvent = options.onEvent;
    const time = { clock, now: this.#now, maxOpenMs: this.rules.maxOpenMs };
    this.#memory = state === undefined ? undefined : new BreakerMemory(this.name, state, time);
    this.#loaded = state === undefined;
    this.#enter(CLOSED);
  }

  permitted(): Permit | Promise<Permit> {
    if (this.#pass !== undefined) return this.#pass;
    return this.#loaded ? this.#ask() : this.#load().then(() => this.#ask());
  }

  record(outcome: Outcome, permit: Permit, durationMs = 0): void | Promise<void> {
    if (!permit.allowed) return;
    const slow = outcome !== 'none' && durationMs > this.#slowAfterMs;
    const { id } = permit;
    if (permit.probe) {
      return this.#apply({ kind: 'outcome', outcome: slow ? 'failure' : outcome, id, now: this.#now() });
    }
    if (outcome === 'none' || id !== this.#pass?.id) return;
    if (this.#tally.add(outcome === 'failure', slow)) return this.#apply({ kind: 'trip', now: this.#now() });
  }

  refusal({ retryAfterMs, isolated }: Refusal): CircuitOpenError {
    return new CircuitOpenError(this.name, retryAfterMs, { isolated, stack: this.#stack });
  }

  probeNow(): void {
    void this.#apply({ kind: 'probe-now', now: this.#now() });
  }

  isolate(reason = ''): void | Promise<void> {
    const again = this.#state.kind === 'isolated';
    const saving = this.#apply({ kind: 'isolate', reason });
    return again ? this.#save(false) : saving;
  }

  release(): void | Promise<void> {
    // What is remembered may be a hold, so that is read first.
    if (!this.#loaded) return this.#load().then(() => this.release());
    if (this.#state.kind !== 'isolated') return this.#memory?.dropHold(() => this.#state);
    this.#change(transition(this.#state, { kind: 'release' }, this.#figures));
    return this.#save(true);
  }

  snapshot(): BreakerSnapshot {
    const state = this.#state;
    const isolated = state.kind === 'isolated';
    return {
      kind: state.kind,
      retryAfterMs: this.#untilProbe(),
      openings: isolated || state.kind === 'closed' ? 0 : state.openings,
      ...(isolated && state.reason !== '' ? { reason: state.reason } : {}),
    };
  }

  #ask(): Permit {
    if (this.#pass !== undefined) return this.#pass;
    const before = this.#state;
    const id = (this.#lastId += 1);
    const now = this.#now();
    // Never a change that is remembered, so there is nothing to wait for.
    void this.#apply({ kind: 'admit', now, id });
    const after = this.#state;
    if (after.kind === 'isolated') {
      return { allowed: false, retryAfterMs: this.rules.openMs, isolated: after.reason };
    }
    if (after !== before) return { allowed: true, probe: true, id };
    return { allowed: false, retryAfterMs: this.#untilProbe(now) || PROBES_BUSY_MS };
  }

  #untilProbe(now: number = this.#now()): number {
    return this.#state.kind === 'open' ? Math.max(0, this.#state.until - now) : 0;
  }

  #apply(input: BreakerInput): void | Promise<void> {
    const before = this.#state;
    const after = transition(before, input, this.#figures);
    if (after.kind === before.kind) {
      this.#state = after;
      return;
    }
    this.#change(after);
    // Half open needs no note: on disk it is an open circuit whose time is up.
    if (after.kind !== 'half-open') return this.#save(false);
  }

  /** Changes the mode, and says so. */
  #change(to: BreakerState): void {
    const from = this.#state.kind;
    this.#enter(to);
    if (!isHeard(this.#onEvent)) return;
    const event: PolicyEvent = { type: 'breaker', breaker: this.name, from, to: to.kind };
    publish('policy', event, this.#onEvent);
  }

  #enter(state: BreakerState): void {
    this.#state = state;
    this.#tally.clear();
    this.#pass = undefined;
    if (state.kind !== 'closed' || !this.#loaded) return;
    this.#lastId += 1;
    this.#pass = Object.freeze({ allowed: true, probe: false, id: this.#lastId });
  }

  #save(release: boolean): void | Promise<void> {
    return this.#memory
      ?.save(() => this.#state, release)
      .then((held) => {
        if (held !== undefined && this.#state.kind !== 'isolated') this.#change(held);
      });
  }

  #load(): Promise<void> {
    this.#loading ??= this.#restore().finally(() => {
      // After a failure the next call reads again.
      this.#loading = undefined;
    });
    return this.#loading;
  }

  async #restore(): Promise<void> {
    const saved = await this.#memory?.load();
    this.#loaded = true;
    // A hold that was set meanwhile is newer than what was remembered.
    if (this.#state.kind === 'closed') this.#enter(saved ?? CLOSED);
  }
}

function tallyOf({ failures, window, slow }: BreakerRules, now: () => number): Tally {
  const slowRate = slow?.rate ?? Number.POSITIVE_INFINITY;
  if (window === undefined) return rowTally(failures ?? 1);
  return window.kind === 'count' ? countTally(window, slowRate) : timeTally(window, slowRate, now);
}
