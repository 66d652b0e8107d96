/**
 * Counts restarts in a sliding window. Exactly `restarts` within `withinMs` are allowed, both ends of the window
 * included (as `supervisor:add_restart` of Erlang/OTP counts).
 */
export class RestartIntensity {
  readonly #restarts: number;
  readonly #withinMs: number;
  #times: number[] = [];

  constructor(restarts: number, withinMs: number) {
    this.#restarts = restarts;
    this.#withinMs = withinMs;
  }

  /** Notes a restart at a monotonic time in ms; false when it is one too many. */
  allows(now: number): boolean {
    this.#times = [...this.#times.filter((time) => time >= now - this.#withinMs), now];
    return this.#times.length <= this.#restarts;
  }
}
