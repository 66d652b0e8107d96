import type { Clock } from '../../clock/clock.ts';
import type { Duration } from '../../clock/duration.ts';
import { parseDuration } from '../../clock/duration.ts';
import type { Random } from '../../clock/random.ts';
import { systemRandom } from '../../clock/random.ts';
import { systemClock } from '../../clock/system-clock.ts';
import { InvalidOptionError } from '../../errors.ts';
import type { JsonValue, StateStore } from '../../state/state-store.ts';
import { transition } from './breaker-state.ts';
import type { BreakerInput, BreakerRules, BreakerState, Outcome } from './breaker-state.ts';
import { emit } from '../events.ts';
import type { OnEvent } from '../events.ts';

/** What makes a breaker. */
export interface BreakerOptions {
  /** Names it in events and in the state store. */
  readonly name: string;
  /** So many failures in a row open it. */
  readonly failures: number;
  /** Length of the first opening; doubles with each opening in a row. */
  readonly openMs: Duration;
  /** Ceiling of the length; default 32 times `openMs`. */
  readonly maxOpenMs?: Duration;
  /** Calls admitted while half open, and successes needed to close; default 1. */
  readonly halfOpenProbes?: number;
  /** Remembers an open circuit over restarts. */
  readonly state?: StateStore;
  readonly clock?: Clock;
  readonly random?: Random;
  readonly onEvent?: OnEvent;
}

/** Leave to make a call, to be given back to `record`; or a refusal. */
export type Permit =
  | { readonly allowed: true; readonly probe: boolean; readonly era: number }
  | { readonly allowed: false; readonly retryAfterMs: number };

/** A breaker as people see it. */
export interface BreakerSnapshot {
  readonly kind: BreakerState['kind'];
  /** Until a call may be admitted; 0 unless open. */
  readonly retryAfterMs: number;
  readonly openings: number;
}

/** Keeps calls away from something that fails, and probes it from time to time for ever. */
export interface Breaker {
  readonly name: string;
  readonly failures: number;
  /** Asks for leave to call. Whoever is allowed must `record` an outcome, whatever happens. */
  permitted(): Promise<Permit>;
  /** Reports what the call showed. Calls admitted before the last change of state are ignored. */
  record(outcome: Outcome, permit: Permit): Promise<void>;
  /** Lets an open circuit admit its probes now: the machine woke, or a person says retry. */
  probeNow(): void;
  snapshot(): BreakerSnapshot;
}

/** @throws InvalidOptionError naming the option. */
export function breaker(options: BreakerOptions): Breaker {
  return new CircuitBreaker(options);
}

/** How soon a caller that found all probes under way asks again. */
const PROBES_BUSY_MS = 1_000;

/**
 * Modes: closed (all calls pass, failures in a row are counted), open (none pass until a time), half-open
 * (a few probes pass). `breaker-state.ts` holds the transitions; this class holds the clock, the memory on
 * disk and the eras: every change of mode begins an era, and reports from an earlier one are void. There is
 * no timer: an open circuit becomes half-open when somebody asks, so it always probes again.
 */
class CircuitBreaker implements Breaker {
  readonly name: string;
  readonly failures: number;
  readonly #rules: BreakerRules;
  readonly #clock: Clock;
  readonly #store: StateStore | undefined;
  readonly #onEvent: OnEvent | undefined;
  #state: BreakerState = { kind: 'closed', failures: 0 };
  #era = 0;
  #loaded: Promise<void> | undefined;

  constructor(options: BreakerOptions) {
    const openMs = duration(options.openMs, 'breaker.openMs');
    const maxOpenMs = duration(options.maxOpenMs ?? openMs * 32, 'breaker.maxOpenMs');
    if (maxOpenMs < openMs) throw new InvalidOptionError('breaker.maxOpenMs', 'must not be below openMs');
    const random = options.random ?? systemRandom;
    this.name = options.name;
    this.failures = count(options.failures, 'breaker.failures');
    this.#clock = options.clock ?? systemClock;
    this.#store = options.state;
    this.#onEvent = options.onEvent;
    this.#rules = {
      failures: this.failures,
      halfOpenProbes: count(options.halfOpenProbes ?? 1, 'breaker.halfOpenProbes'),
      openMs: (openings) => {
        const length = openMs * 2 ** Math.min(openings - 1, 64);
        return Math.min(maxOpenMs, length * (1 + random.next() / 10));
      },
    };
  }

  async permitted(): Promise<Permit> {
    await this.#load();
    const before = this.#state;
    await this.#apply({ kind: 'admit', now: this.#clock.monotonic() });
    const after = this.#state;
    if (after.kind === 'closed') return { allowed: true, probe: false, era: this.#era };
    if (after !== before && after.kind === 'half-open') return { allowed: true, probe: true, era: this.#era };
    return { allowed: false, retryAfterMs: this.#untilOpen() || PROBES_BUSY_MS };
  }

  async record(outcome: Outcome, permit: Permit): Promise<void> {
    if (!permit.allowed || permit.era !== this.#era) return;
    await this.#apply({ kind: 'outcome', outcome, now: this.#clock.monotonic() });
  }

  probeNow(): void {
    this.#state = transition(this.#state, { kind: 'probe-now', now: this.#clock.monotonic() }, this.#rules);
  }

  snapshot(): BreakerSnapshot {
    const state = this.#state;
    return {
      kind: state.kind,
      retryAfterMs: this.#untilOpen(),
      openings: state.kind === 'closed' ? 0 : state.openings,
    };
  }

  #untilOpen(): number {
    return this.#state.kind === 'open' ? Math.max(0, this.#state.until - this.#clock.monotonic()) : 0;
  }

  async #apply(input: BreakerInput): Promise<void> {
    const from = this.#state.kind;
    this.#state = transition(this.#state, input, this.#rules);
    const to = this.#state.kind;
    if (from === to) return;
    this.#era += 1;
    if (this.#onEvent !== undefined) emit(this.#onEvent, { type: 'breaker', breaker: this.name, from, to });
    // Half open needs no note: on disk it is an open circuit whose time is up.
    if (to !== 'half-open') await this.#save();
  }

  async #save(): Promise<void> {
    // Reads the state when the store gets to it, so that the last write is the latest state.
    await this.#store?.update(this.#key, () => this.#toJson());
  }

  #toJson(): JsonValue | undefined {
    const state = this.#state;
    if (state.kind === 'closed') return undefined;
    const openMs = state.kind === 'open' ? state.openMs : 0;
    return { openings: state.openings, openMs, until: this.#clock.now() + this.#untilOpen() };
  }

  #load(): Promise<void> | undefined {
    if (this.#store === undefined) return undefined;
    this.#loaded ??= this.#restore(this.#store).catch((error: unknown) => {
      // The next call reads again; this one reports the failure.
      this.#loaded = undefined;
      throw error;
    });
    return this.#loaded;
  }

  async #restore(store: StateStore): Promise<void> {
    const saved = await store.get(this.#key);
    if (saved === undefined) return;
    const { openings, openMs, until } = saved as Readonly<Record<string, unknown>>;
    if (typeof openings !== 'number' || typeof openMs !== 'number' || typeof until !== 'number') return;
    // A wall clock that stepped back must not keep the circuit open for longer than it was meant to be.
    const left = Math.min(Math.max(0, until - this.#clock.now()), openMs);
    this.#state = { kind: 'open', openings, openMs, until: this.#clock.monotonic() + left };
    this.#era += 1;
  }

  get #key(): string {
    return `breaker:${this.name}`;
  }
}

function duration(value: Duration, field: string): number {
  const ms = parseDuration(value, field);
  if (ms <= 0) throw new InvalidOptionError(field, 'must be above 0');
  return ms;
}

function count(value: number, field: string): number {
  if (Number.isInteger(value) && value >= 1) return value;
  throw new InvalidOptionError(field, 'must be a whole number of at least 1');
}
