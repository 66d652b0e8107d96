import type { Clock } from '@holdfast/resilience/clock';
import { ProcessClock } from './process-clock.ts';

const FOR_EVER = new Promise<never>(() => undefined);

/**
 * One life of a simulated process: its clock, and its calls to the outside. Modes: *running*; *stopped*, when calls
 * wait until it goes on; *dead*, when every call hangs for ever, as if the process were gone.
 */
export class Life {
  readonly clock: ProcessClock;
  readonly #onDeath: () => void;
  #callsLeft = Number.POSITIVE_INFINITY;
  #dead = false;
  #stopped: PromiseWithResolvers<void> | null = null;

  /** `onDeath`: told when it dies by itself, at the call that was given to `dieWithin`. */
  constructor(machine: Clock, onDeath: () => void) {
    this.clock = new ProcessClock(machine);
    this.#onDeath = onDeath;
  }

  get dead(): boolean {
    return this.#dead;
  }

  get stopped(): boolean {
    return this.#stopped !== null;
  }

  /** Runs a call to the outside, unless this is where it dies: just before, or just after its effect. */
  async call<T>(work: () => Promise<T> | T): Promise<T> {
    await this.#goesOn();
    const result = await work();
    await this.#goesOn();
    return result;
  }

  /** It dies at its `calls`-th call from now on; each counts twice, before and after its effect. */
  dieWithin(calls: number): void {
    this.#callsLeft = calls;
  }

  stop(): void {
    if (this.#dead || this.#stopped !== null) return;
    this.#stopped = Promise.withResolvers();
    this.clock.stop();
  }

  goOn(): void {
    this.#stopped?.resolve();
    this.#stopped = null;
    this.clock.goOn();
  }

  die(): void {
    this.#dead = true;
    this.clock.die();
  }

  async #goesOn(): Promise<void> {
    this.#callsLeft -= 1;
    if (this.#callsLeft <= 0 && !this.#dead) this.#onDeath();
    while (this.#stopped !== null && !this.#dead) await this.#stopped.promise;
    if (this.#dead) await FOR_EVER;
  }
}
