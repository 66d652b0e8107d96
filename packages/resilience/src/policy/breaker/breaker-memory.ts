import type { Clock } from '../../clock/clock.ts';
import type { JsonValue, StateStore } from '../../state/state-store.ts';
import type { BreakerState } from './breaker-state.ts';

/**
 * What a state store keeps of a breaker, under `breaker:NAME`: an open circuit with its length and its deadline as
 * wall time, or a person's hold; nothing while closed. A half-open circuit is an open one whose time is up.
 */
export class BreakerMemory {
  readonly #key: string;
  readonly #store: StateStore;
  readonly #clock: Clock;
  readonly #now: () => number;
  readonly #maxOpenMs: number;

  constructor(name: string, store: StateStore, time: { clock: Clock; now: () => number; maxOpenMs: number }) {
    this.#key = `breaker:${name}`;
    this.#store = store;
    this.#clock = time.clock;
    this.#now = time.now;
    this.#maxOpenMs = time.maxOpenMs;
  }

  /** What was remembered, undefined when that is nothing or cannot be understood. @throws what the store throws. */
  async load(): Promise<BreakerState | undefined> {
    return this.#parse(await this.#store.get(this.#key));
  }

  /**
   * Writes the state as it is when the store gets to it, so that the last write is the latest state. A person's hold
   * that another instance wrote is not overwritten but returned, unless `release` is set.
   * @throws what the store throws.
   */
  async save(state: () => BreakerState, release: boolean): Promise<BreakerState | undefined> {
    let held: BreakerState | undefined;
    await this.#store.update(this.#key, (current) => {
      const before = this.#parse(current);
      const isOurs = release || state().kind === 'isolated' || before?.kind !== 'isolated';
      held = isOurs ? undefined : before;
      return isOurs ? this.#note(state()) : current;
    });
    return held;
  }

  /** Forgets a hold that another instance wrote; whatever else is remembered stays. @throws what the store throws. */
  async dropHold(state: () => BreakerState): Promise<void> {
    await this.#store.update(this.#key, (current) =>
      this.#parse(current)?.kind === 'isolated' ? this.#note(state()) : current,
    );
  }

  #note(state: BreakerState): JsonValue | undefined {
    if (state.kind === 'closed') return undefined;
    if (state.kind === 'isolated') return { isolated: state.reason };
    const left = state.kind === 'open' ? Math.max(0, state.until - this.#now()) : 0;
    return { openings: state.openings, openMs: state.openMs, until: this.#clock.now() + left };
  }

  #parse(note: JsonValue | undefined): BreakerState | undefined {
    if (typeof note !== 'object' || note === null) return undefined;
    const { isolated, openings, openMs, until } = note as Readonly<Record<string, unknown>>;
    if (typeof isolated === 'string') return { kind: 'isolated', reason: isolated };
    if (typeof openings !== 'number' || typeof openMs !== 'number' || typeof until !== 'number') {
      return undefined;
    }
    // With such a count or length the circuit would open for no time again and again.
    if (openings < 1 || openMs <= 0) return undefined;
    // Neither a wall clock that stepped back nor shorter rules since then may keep the circuit open for longer.
    const longest = Math.min(openMs, this.#maxOpenMs);
    const left = Math.min(Math.max(0, until - this.#clock.now()), longest);
    return { kind: 'open', openings, openMs: longest, until: this.#now() + left };
  }
}
