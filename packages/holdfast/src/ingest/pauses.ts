import type { Clock } from '@holdfast/resilience/clock';

/** Waits that can be ended early by a person, the network or the machine. */
export class Pauses {
  readonly #clock: Clock;
  readonly #running = new Set<AbortController>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Resolves after `ms`, or with true as soon as `endAll` is called. @throws the signal's reason */
  async wait(ms: number, signal: AbortSignal): Promise<boolean> {
    const early = new AbortController();
    this.#running.add(early);
    try {
      await this.#clock.sleep(Math.max(ms, 0), { signal: AbortSignal.any([signal, early.signal]) });
      return false;
    } catch (error) {
      if (signal.aborted || !early.signal.aborted) throw error;
      return true;
    } finally {
      this.#running.delete(early);
    }
  }

  /** Ends all waits that are running. */
  endAll(): void {
    for (const pause of this.#running) pause.abort();
  }
}
