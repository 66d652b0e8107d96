import type { Clock } from '@holdfast/resilience/clock';

const FIRST_MS = 60_000;
const LONGEST_MS = 3_600_000;

interface Failing {
  /** Wall ms of the first failure in a row. */
  readonly since: number;
  readonly times: number;
  /** By the boot clock: steps of the wall clock do not move it. */
  readonly until: number;
}

/**
 * Windows whose page could not be had: the others go first for a while. If one of them is answered meanwhile,
 * the upstream is not down, and the page is poison.
 */
export class AvoidedWindows {
  readonly #clock: Clock;
  readonly #failing = new Map<string, Failing>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The window failed now. */
  failed(key: string): void {
    const before = this.#failing.get(key);
    const times = (before?.times ?? 0) + 1;
    const until = this.#clock.boot() + Math.min(FIRST_MS * 2 ** (times - 1), LONGEST_MS);
    this.#failing.set(key, { since: before?.since ?? this.#clock.now(), times, until });
  }

  /** The window was worked on without a failure, or somebody says that everything is to be tried now. */
  forget(key?: string): void {
    if (key === undefined) this.#failing.clear();
    else this.#failing.delete(key);
  }

  /** When the window began to fail, wall ms; null when it does not. */
  since(key: string): number | null {
    return this.#failing.get(key)?.since ?? null;
  }

  /** The windows that others go before, with the wall ms when their turn comes again. */
  current(): ReadonlyMap<string, number> {
    const boot = this.#clock.boot();
    const now = this.#clock.now();
    return new Map(
      [...this.#failing]
        .filter(([, { until }]) => until > boot)
        .map(([key, { until }]) => [key, Math.ceil(now + until - boot)]),
    );
  }
}
