import { PausedTime } from './paused-time.ts';
import type { Reservation } from './rate-limiter.ts';

/** The figures of a schedule. */
export interface GcraRules {
  /** Ms from one start to the next. */
  readonly intervalMs: number;
  /** So many may start at once after a rest. */
  readonly burst: number;
}

/** A start that was promised, in the schedule's own time. */
interface Grant {
  /** The theoretical arrival time that it found, and the one that it left. */
  readonly before: number;
  readonly after: number;
  readonly startsAt: number;
}

/**
 * One schedule of starts by GCRA, the virtual scheduling algorithm of ITU-T I.371, annex A: each start moves a theoretical
 * arrival time by one interval, and may come up to `burst - 1` intervals before it. So it is smooth: no window ends
 * anywhere, and in any time t at most `burst + t / interval` calls start. It holds one number, and the starts that were
 * given back while somebody held a later one: whoever asks next gets the earliest of these. Its time stands still
 * during a pause, so a pause puts off what is reserved and keeps its order.
 */
export class GcraSchedule {
  readonly #rules: GcraRules;
  readonly #time = new PausedTime();
  /** The theoretical arrival time of the next call. */
  #next = Number.NEGATIVE_INFINITY;
  /** Given back, still to come, and before a later one; in order. */
  readonly #holes: Grant[] = [];

  constructor(rules: GcraRules) {
    this.#rules = rules;
  }

  /** How long the next call would wait. */
  waitMs(now: number): number {
    return this.#time.waitMs(this.#peek(this.#time.at(now)).startsAt, now);
  }

  /** Takes the next start. `clock` tells the time whenever the reservation is looked at. */
  reserve(now: number, clock: () => number): Reservation {
    const grant = this.#peek(this.#time.at(now));
    if (grant === this.#holes[0]) this.#holes.shift();
    else this.#next = grant.after;
    const time = this.#time;
    let given = true;
    return {
      get waitMs(): number {
        return time.waitMs(grant.startsAt, clock());
      },
      cancel: () => {
        if (given) this.#giveBack(grant, clock());
        given = false;
      },
    };
  }

  pause(ms: number, now: number): void {
    this.#time.pause(ms, now);
  }

  /** Whether a new schedule would do the same from here on. */
  isIdle(now: number): boolean {
    return this.#time.runs(now) && this.#next <= this.#time.at(now);
  }

  #peek(at: number): Grant {
    while ((this.#holes[0]?.startsAt ?? at) < at) this.#holes.shift();
    const hole = this.#holes[0];
    if (hole !== undefined) return hole;
    const { intervalMs, burst } = this.#rules;
    const theoretical = Math.max(this.#next, at);
    const startsAt = Math.max(at, theoretical - (burst - 1) * intervalMs);
    return { before: this.#next, after: theoretical + intervalMs, startsAt };
  }

  #giveBack(grant: Grant, now: number): void {
    if (grant.after !== this.#next) {
      if (grant.startsAt >= this.#time.at(now)) insert(this.#holes, grant);
      return;
    }
    this.#next = grant.before;
    // What was given back before it is now at the end as well.
    for (let last = this.#holes.at(-1); last?.after === this.#next; last = this.#holes.at(-1)) {
      this.#next = last.before;
      this.#holes.pop();
    }
  }
}

/** Keeps the order in which the starts come. */
function insert(holes: Grant[], grant: Grant): void {
  let index = holes.length;
  while (index > 0 && (holes[index - 1]?.after ?? 0) > grant.after) index -= 1;
  holes.splice(index, 0, grant);
}
