import type { Clock, SleepOptions, Timer } from '@holdfast/resilience/clock';

/**
 * The clock as one simulated process has it. Modes: *running*; *stopped* (SIGSTOP, or a blocked main loop: what falls
 * due is called when it goes on); *dead* (nothing is called any more).
 */
export class ProcessClock implements Clock {
  readonly #machine: Clock;
  readonly #timers = new Set<Timer>();
  #late: { readonly timer: Timer; readonly callback: () => void }[] = [];
  #mode: 'running' | 'stopped' | 'dead' = 'running';

  constructor(machine: Clock) {
    this.#machine = machine;
  }

  /** Whole ms, as systems tell the time of day; monotonic time has fractions. */
  now(): number {
    return Math.floor(this.#machine.now());
  }

  monotonic(): number {
    return this.#machine.monotonic();
  }

  boot(): number {
    return this.#machine.boot();
  }

  timer(ms: number, callback: () => void): Timer {
    if (this.#mode === 'dead') return { cancel: () => undefined };
    const pending = this.#machine.timer(ms, () => {
      this.#timers.delete(timer);
      if (this.#mode === 'stopped') this.#late.push({ timer, callback });
      else callback();
    });
    const timer: Timer = {
      cancel: () => {
        pending.cancel();
        this.#timers.delete(timer);
        if (this.#late.length > 0) this.#late = this.#late.filter((each) => each.timer !== timer);
      },
    };
    this.#timers.add(timer);
    return timer;
  }

  sleep(ms: number, { signal }: SleepOptions = {}): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    if (signal?.aborted === true) {
      reject(signal.reason);
      return promise;
    }
    const onAbort = (): void => {
      timer.cancel();
      reject(signal?.reason);
    };
    const timer = this.timer(ms, () => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    });
    signal?.addEventListener('abort', onAbort, { once: true });
    return promise;
  }

  /** Nothing is called until `goOn`. */
  stop(): void {
    if (this.#mode === 'running') this.#mode = 'stopped';
  }

  goOn(): void {
    if (this.#mode !== 'stopped') return;
    this.#mode = 'running';
    while (this.#mode === 'running') {
      const next = this.#late.shift();
      if (next === undefined) return;
      next.callback();
    }
  }

  die(): void {
    this.#mode = 'dead';
    this.#late = [];
    for (const timer of this.#timers) timer.cancel();
  }
}
