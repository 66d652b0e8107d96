import { VirtualClock } from '../clock/virtual-clock.ts';
import type { Timer } from '../clock/clock.ts';

/** Something that may go on now. */
export interface Ready {
  /** Unique within a scheduler, in the order in which they were made. */
  readonly label: string;
  readonly goOn: () => void;
}

/**
 * A virtual clock whose due timers do not fire by themselves: they become ready, and whoever holds the list decides
 * which of them goes on. A timer can be cancelled until it has gone on.
 */
export class ScheduledClock extends VirtualClock {
  readonly #ready: Ready[] = [];
  #made = 0;

  /** What may go on now, oldest first. */
  get ready(): readonly Ready[] {
    return this.#ready;
  }

  override get pending(): number {
    return super.pending + this.#ready.length;
  }

  override timer(ms: number, callback: () => void): Timer {
    const number = (this.#made += 1);
    let ready: Ready | undefined;
    const inner = super.timer(ms, () => {
      ready = { label: `#${number} timer at ${this.monotonic()}`, goOn: callback };
      this.#ready.push(ready);
    });
    return {
      cancel: () => {
        inner.cancel();
        if (ready !== undefined) this.take(this.#ready.indexOf(ready));
      },
    };
  }

  /** Makes something ready at once. */
  add(label: string, goOn: () => void): void {
    this.#ready.push({ label: `#${(this.#made += 1)} ${label}`, goOn });
  }

  /** Takes one out of the list; undefined when there is none at that place. */
  take(index: number): Ready | undefined {
    return index < 0 ? undefined : this.#ready.splice(index, 1)[0];
  }
}
