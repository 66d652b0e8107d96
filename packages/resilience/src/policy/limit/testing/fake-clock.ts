import { VirtualClock } from '../../../clock/index.ts';

/** A virtual clock that can be moved at once, for what has no timers. */
export class MovableClock extends VirtualClock {
  #extra = 0;

  override monotonic(): number {
    return super.monotonic() + this.#extra;
  }

  move(ms: number): void {
    this.#extra += ms;
  }
}
