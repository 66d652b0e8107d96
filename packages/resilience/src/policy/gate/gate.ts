import type { Clock } from '../../clock/clock.ts';
import type { Duration } from '../../clock/duration.ts';
import { parseDuration } from '../../clock/duration.ts';
import type { Random } from '../../clock/random.ts';
import { systemRandom } from '../../clock/random.ts';
import { systemClock } from '../../clock/system-clock.ts';
import { InvalidOptionError } from '../../errors.ts';
import type { Release, StateStore } from '../../state/state-store.ts';
import { GateMemory } from './gate-memory.ts';
import type { Due } from './gate-memory.ts';
import { EMPTY_GATE, readGateRecord, writeGateRecord } from './gate-record.ts';
import type { GateRecord, Hold } from './gate-record.ts';
import { notify } from '../../clock/notify.ts';
import { waitFor } from '../pipeline/wait.ts';
import type { OnWait, Wait } from '../pipeline/wait.ts';
import { checkFields } from '../../known-fields.ts';
import type { Known } from '../../known-fields.ts';

/** What makes a gate. */
export interface GateOptions {
  /** Names what is shared: all gates with this key over one state store are one. */
  readonly key: string;
  /** Least time from the end of a response to the next request. */
  readonly minIntervalMs: Duration;
  readonly state: StateStore;
  readonly clock?: Clock;
  readonly random?: Random;
}

/** How one request passes a gate. */
export interface GateRunOptions<T = unknown> {
  readonly signal?: AbortSignal;
  readonly onWait?: OnWait;
  /** Another interval for this one request. */
  readonly minIntervalMs?: Duration;
  /**
   * Reads a hold out of what `fn` gave. It is noted in the same write as the end of the response, so that a
   * process which dies right then has not forgotten a Retry-After.
   */
  readonly hold?: (result: T) => GateHold | undefined;
}

/** Why a gate is closed. */
export interface GateClose {
  readonly reason: string;
  /** `retry-after`: asked by the upstream, nobody can end it. `cooldown`: our own, `open()` ends it. */
  readonly kind: 'retry-after' | 'cooldown';
  /** The header as it came. */
  readonly raw?: string;
}

/** A hold and its length. */
export interface GateHold extends GateClose {
  readonly ms: Duration;
}

/** What a gate shows to people. Times are wall time in ms. */
export interface GateView {
  /** Nothing is sent before; undefined when the gate is open. The interval is not part of it. */
  readonly notBefore: number | undefined;
  readonly kind: 'retry-after' | 'cooldown' | undefined;
  readonly reason: string | undefined;
  readonly raw: string | undefined;
  readonly lastEndAt: number | undefined;
  /** A request is under way, or its sender died. */
  readonly inFlight: boolean;
}

/** Politeness towards one upstream service. */
export interface Gate {
  readonly key: string;
  /**
   * Calls `fn`, which sends exactly one request and settles when its response has ended, as soon as it is
   * polite: alone, after every hold and at least the interval after the last response. Not re-entrant.
   * `fn` must observe the signal itself; the gate stays taken until it settles.
   * @throws what `fn` throws; `signal.reason` by identity while waiting; errors of the state store.
   */
  run<T>(fn: () => Promise<T> | T, options?: GateRunOptions<T>): Promise<T>;
  /** Sends nothing for `ms`, durably. A hold is only ever extended; jitter is added to a cooldown, never to a Retry-After. */
  close(ms: Duration, details: GateClose): Promise<void>;
  /**
   * Ends a cooldown of our own, at once for those who wait in this process; a waiter in another process
   * goes on until its wait ends. A Retry-After stays. Returns whether there was a cooldown.
   */
  open(): Promise<boolean>;
  peek(): Promise<GateView>;
}

const KNOWN: Known<GateOptions> = { key: true, minIntervalMs: true, state: true, clock: true, random: true };

/**
 * Politeness towards one upstream: one request at a time, so much time after the end of the last answer, and holds (a
 * Retry-After, a cooldown of ours) that bind every task and process on the same store and survive a crash.
 * @throws InvalidOptionError naming the option.
 */
export function gate(options: GateOptions): Gate {
  return new OriginGate(options);
}

/** Clocks of both sides are coarse: a little more than the interval is kept. */
const MARGIN_MS = 5;

/**
 * A request passes through: turn (the lock of the key, across processes) -> due (holds and interval are
 * over, judged again after every wait) -> in flight (noted durably before `fn` is called) -> ended (noted
 * durably, also when `fn` throws). Who finds a flight without an end under the lock has found a sender that
 * died: nobody knows when its response ended, so the whole interval counts from that moment.
 */
class OriginGate implements Gate {
  readonly key: string;
  readonly #intervalMs: number;
  readonly #state: StateStore;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #memory: GateMemory;
  #ids = 0;
  /** Waits under way in this process; `open` ends those for a cooldown. */
  readonly #waits = new Set<Wait>();

  constructor(options: GateOptions) {
    checkFields(options, Object.keys(KNOWN), 'gate.');
    // All gates without a name would be one, and one without a store would share nothing.
    if (typeof options.key !== 'string' || options.key === '') {
      throw new InvalidOptionError('gate.key', 'must be a text');
    }
    if (typeof options.state?.update !== 'function') {
      throw new InvalidOptionError('gate.state', 'must be a store such as fileState("./state")');
    }
    this.key = options.key;
    this.#intervalMs = parseDuration(options.minIntervalMs, 'gate.minIntervalMs');
    this.#state = options.state;
    this.#clock = options.clock ?? systemClock;
    this.#random = options.random ?? systemRandom;
    this.#memory = new GateMemory(this.#clock);
  }

  async run<T>(fn: () => Promise<T> | T, options: GateRunOptions<T> = {}): Promise<T> {
    const interval =
      options.minIntervalMs === undefined
        ? this.#intervalMs
        : parseDuration(options.minIntervalMs, 'gate.minIntervalMs');
    const release = await this.#takeTurn(options);
    try {
      await this.#takeOff(interval, options);
      return await this.#fly(fn, options.hold);
    } finally {
      await release();
    }
  }

  async close(ms: Duration, details: GateClose): Promise<void> {
    await this.#change((record) => this.#held(record, { ...details, ms }));
  }

  async open(): Promise<boolean> {
    let ended = false;
    await this.#change((record) => {
      ended = record.cooldown !== undefined && this.#memory.holdLeft(record.cooldown) > 0;
      return record.cooldown === undefined ? record : { ...record, cooldown: undefined };
    });
    for (const wait of this.#waits) wait.end();
    return ended;
  }

  async peek(): Promise<GateView> {
    const record = readGateRecord(this.#stateKey, await this.#state.get(this.#stateKey));
    const hold = this.#memory.longestHold(record);
    return {
      notBefore: hold === undefined ? undefined : this.#clock.now() + hold.ms,
      kind: hold?.kind,
      reason: hold?.hold.reason,
      raw: hold?.hold.raw,
      lastEndAt: record.end?.at,
      inFlight: record.flight !== undefined,
    };
  }

  async #takeTurn(options: Pick<GateRunOptions, 'signal' | 'onWait'>): Promise<Release> {
    const { signal, onWait } = options;
    signal?.throwIfAborted();
    const locking = this.#state.lock(this.#stateKey, signal === undefined ? {} : { signal });
    if (onWait === undefined) return await locking;
    const over = locking.then(
      () => {},
      () => {},
    );
    // Announced only when somebody else has the turn: a free lock is taken within a moment.
    const announcement = this.#clock.timer(100, () =>
      notify(onWait, { kind: 'turn', attempt: 0, until: undefined, end: () => false, over }),
    );
    try {
      return await locking;
    } finally {
      announcement.cancel();
    }
  }

  /** Waits until a request is due and notes durably that it is about to be sent. */
  async #takeOff(interval: number, options: Pick<GateRunOptions, 'signal' | 'onWait'>): Promise<void> {
    for (;;) {
      options.signal?.throwIfAborted();
      let due: Due | undefined;
      await this.#change((found) => {
        const record = this.#landLost(found);
        due = this.#memory.due(record, interval);
        if (due !== undefined) return record;
        // What was held is over: forgotten, lest a wall clock that steps back revive it.
        return { ...EMPTY_GATE, end: record.end, flight: { id: this.#newId(), at: this.#clock.now() } };
      });
      if (due === undefined) return;
      await this.#waitUntil(due, options);
    }
  }

  /** Under the lock, a flight without an end belongs to a sender that died. */
  #landLost(record: GateRecord): GateRecord {
    return record.flight === undefined ? record : this.#landed(record);
  }

  #landed(record: GateRecord): GateRecord {
    const end = { id: this.#newId(), at: this.#clock.now(), boot: this.#clock.boot() };
    this.#memory.setEnd(end);
    return { ...record, flight: undefined, end };
  }

  /** Holds are only ever extended. */
  #held(record: GateRecord, { ms, kind, reason, raw }: GateHold): GateRecord {
    const asked = parseDuration(ms, 'ms');
    const lengthMs = kind === 'cooldown' ? asked * (1 + this.#random.next() / 10) : asked;
    const slot = kind === 'cooldown' ? 'cooldown' : 'retryAfter';
    const current = record[slot];
    if (current !== undefined && this.#memory.holdLeft(current) >= lengthMs) return record;
    const hold: Hold = {
      id: this.#newId(),
      until: this.#clock.now() + lengthMs,
      lengthMs,
      boot: this.#clock.boot(),
      reason,
      ...(raw === undefined ? {} : { raw }),
    };
    this.#memory.setHold(hold);
    return { ...record, [slot]: hold };
  }

  async #fly<T>(fn: () => Promise<T> | T, holdOf: GateRunOptions<T>['hold']): Promise<T> {
    let result: { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: unknown };
    try {
      result = { ok: true, value: await fn() };
    } catch (error) {
      result = { ok: false, error };
    }
    const hold = result.ok ? holdOf?.(result.value) : undefined;
    await this.#change((found) => {
      const record = this.#landed(found);
      return hold === undefined ? record : this.#held(record, hold);
    }).catch((error: unknown) => {
      // The flight stays noted as lost, so politeness holds; the caller learns of both failures.
      throw result.ok
        ? error
        : new AggregateError([error, result.error], 'The request failed, and so did noting its end.');
    });
    if (!result.ok) throw result.error;
    return result.value;
  }

  async #waitUntil(due: Due, options: Pick<GateRunOptions, 'signal' | 'onWait'>): Promise<void> {
    let announced: Wait | undefined;
    const onWait = (wait: Wait): void => {
      announced = wait;
      this.#waits.add(wait);
      options.onWait?.(wait);
    };
    const { kind, reason, raw } = due;
    try {
      const endedEarly = await waitFor(
        due.ms + MARGIN_MS,
        {
          kind,
          attempt: 0,
          ...(reason === undefined ? {} : { reason }),
          ...(raw === undefined ? {} : { raw }),
        },
        { clock: this.#clock, onWait, ...(options.signal === undefined ? {} : { signal: options.signal }) },
      );
      // Only a cooldown can be ended, and that opens the gate for everybody.
      if (endedEarly) await this.open();
    } finally {
      if (announced !== undefined) this.#waits.delete(announced);
    }
  }

  /** Unlike any other of this process (counted) and, with high probability, of others (time, randomness). */
  #newId(): string {
    this.#ids += 1;
    return [this.#clock.now(), this.#ids, Math.floor(this.#random.next() * 2 ** 32)].join('-');
  }

  async #change(change: (record: GateRecord) => GateRecord): Promise<void> {
    await this.#state.update(this.#stateKey, (current) => {
      const before = readGateRecord(this.#stateKey, current);
      const after = change(before);
      return after === before ? current : writeGateRecord(after);
    });
  }

  get #stateKey(): string {
    return `gate:${this.key}`;
  }
}
