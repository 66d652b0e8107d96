import type { Clock } from '../../clock/clock.ts';
import type { GateRecord, Hold } from './gate-record.ts';

/** The next thing a request has to wait for. */
export interface Due {
  readonly kind: 'retry-after' | 'cooldown' | 'interval';
  readonly ms: number;
  readonly reason?: string;
  readonly raw?: string;
}

/** Two are current at any time; a few more cover reads that overtake each other. */
const HOLDS_KEPT = 16;

/**
 * What this process knows of a gate by its own monotonic clock. A mark that it set, or has seen once, keeps
 * its monotonic time: later steps of the wall clock do not move it. A mark read for the first time is placed
 * by wall time or the boot clock, whichever says that less time has passed, within its original length: a wall clock
 * that was set forward while nobody ran must not end a wait that was asked for.
 */
export class GateMemory {
  readonly #clock: Clock;
  /** Monotonic end by the hold's id. */
  readonly #holds = new Map<string, number>();
  #end: { readonly id: string; readonly monotonic: number } | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  setHold(hold: Hold): void {
    this.#remember(hold.id, this.#clock.monotonic() + hold.lengthMs);
  }

  setEnd(end: { readonly id: string }): void {
    this.#end = { id: end.id, monotonic: this.#clock.monotonic() };
  }

  holdLeft(hold: Hold): number {
    let ends = this.#holds.get(hold.id);
    if (ends === undefined) {
      const age = this.#age(hold.until - hold.lengthMs, hold.boot);
      ends = this.#clock.monotonic() + Math.max(0, hold.lengthMs - age);
    }
    this.#remember(hold.id, ends);
    return Math.max(0, ends - this.#clock.monotonic());
  }

  /** The longest hold that is not over. A Retry-After wins a tie: it is the one that cannot be ended. */
  longestHold(
    record: GateRecord,
  ): { readonly kind: 'retry-after' | 'cooldown'; readonly hold: Hold; readonly ms: number } | undefined {
    const { retryAfter, cooldown } = record;
    const owed = retryAfter === undefined ? 0 : this.holdLeft(retryAfter);
    const own = cooldown === undefined ? 0 : this.holdLeft(cooldown);
    if (cooldown !== undefined && own > owed) return { kind: 'cooldown', hold: cooldown, ms: own };
    if (retryAfter !== undefined && owed > 0) return { kind: 'retry-after', hold: retryAfter, ms: owed };
    return undefined;
  }

  /** What has to be waited for before the next request, the longest first; undefined when it may go. */
  due(record: GateRecord, intervalMs: number): Due | undefined {
    const held = this.longestHold(record);
    const interval = this.#intervalLeft(record, intervalMs);
    if (held !== undefined && held.ms >= interval) {
      const { reason, raw } = held.hold;
      return { kind: held.kind, ms: held.ms, reason, ...(raw === undefined ? {} : { raw }) };
    }
    return interval > 0 ? { kind: 'interval', ms: interval } : undefined;
  }

  #intervalLeft(record: GateRecord, intervalMs: number): number {
    const { end } = record;
    if (end === undefined) return 0;
    if (this.#end?.id !== end.id) {
      this.#end = { id: end.id, monotonic: this.#clock.monotonic() - this.#age(end.at, end.boot) };
    }
    return Math.max(0, this.#end.monotonic + intervalMs - this.#clock.monotonic());
  }

  /** How long ago something was noted, at least. Noted in the future means that a clock began anew or went back. */
  #age(at: number, boot: number | undefined): number {
    const byWall = Math.max(0, this.#clock.now() - at);
    const byBoot = boot === undefined ? byWall : this.#clock.boot() - boot;
    return byBoot < 0 ? byWall : Math.min(byWall, byBoot);
  }

  /** Least recently used go first: the current holds are asked for all the time. */
  #remember(id: string, ends: number): void {
    this.#holds.delete(id);
    this.#holds.set(id, ends);
    for (const known of this.#holds.keys()) {
      if (this.#holds.size <= HOLDS_KEPT) break;
      this.#holds.delete(known);
    }
  }
}
