import { cubicNext, cubicStart } from './cubic.ts';
import type { CubicRules, CubicState } from './cubic.ts';
import { PausedTime } from './paused-time.ts';
import type { Reservation } from './rate-limiter.ts';

const FORGOTTEN_AFTER_MS = 600_000;

/**
 * One rate that is learnt, and the bucket that keeps it. Free: nothing is limited, since nobody has throttled.
 * Limiting: each call takes a token; without one it waits for its own, in the order of asking, so the bucket may owe
 * any number. A change of the rate moves all who wait.
 */
export class LearntRate {
  readonly #rules: CubicRules;
  readonly #time = new PausedTime();
  readonly #bornAt: number;
  #cubic: CubicState;
  #usedAt: number;
  /** Tokens that have come so far, and that have been promised. */
  #filled = 0;
  #promised = 0;
  #filledAt: number | undefined;

  constructor(rules: CubicRules, now: number) {
    this.#rules = rules;
    this.#bornAt = now;
    this.#usedAt = now;
    this.#cubic = cubicStart(rules);
  }

  get state(): CubicState {
    return this.#cubic;
  }

  /** Whether it has not been used for ten minutes, nobody waits, and no pause is on. */
  isIdle(now: number): boolean {
    const unused = now - this.#usedAt > FORGOTTEN_AFTER_MS;
    return unused && this.#time.runs(now) && this.#waitFor(this.#promised, now) === 0;
  }

  waitMs(now: number): number {
    return this.#waitFor(this.#cubic.enabled ? this.#promised + 1 : undefined, now);
  }

  reserve(now: number, clock: () => number): Reservation {
    this.#usedAt = now;
    if (this.#cubic.enabled) this.#promised += 1;
    const ticket = this.#cubic.enabled ? this.#promised : undefined;
    const waitMs = (): number => this.#waitFor(ticket, clock());
    let given = true;
    return {
      get waitMs(): number {
        return waitMs();
      },
      cancel: () => {
        if (given && ticket !== undefined) this.#giveBack(clock());
        given = false;
      },
    };
  }

  learn(throttled: boolean, now: number): void {
    this.#usedAt = now;
    // What came until now came at the old rate.
    this.#fill(now);
    this.#cubic = cubicNext(this.#cubic, throttled, (now - this.#bornAt) / 1_000, this.#rules);
    this.#filled = Math.min(this.#filled, this.#promised + this.#cubic.capacity);
  }

  pause(ms: number, now: number): void {
    this.#usedAt = now;
    this.#time.pause(ms, now);
  }

  /** Without a ticket only a pause is waited for. */
  #waitFor(ticket: number | undefined, now: number): number {
    if (ticket === undefined) return this.#time.waitMs(this.#time.at(now), now);
    this.#fill(now);
    const missing = Math.max(0, ticket - this.#filled);
    return this.#time.waitMs(this.#time.at(now) + (missing / this.#cubic.fillRate) * 1_000, now);
  }

  /** Those behind it come one earlier when they look again; whoever asks next gets what they do not use. */
  #giveBack(now: number): void {
    this.#fill(now);
    this.#filled = Math.min(this.#filled + 1, this.#promised + this.#cubic.capacity);
  }

  #fill(now: number): void {
    const at = this.#time.at(now);
    const grown = ((at - (this.#filledAt ?? at)) / 1_000) * this.#cubic.fillRate;
    this.#filledAt = at;
    this.#filled = Math.min(this.#filled + grown, this.#promised + this.#cubic.capacity);
  }
}
