import { VirtualClock } from '../../clock/index.ts';
import type { Timer, TimerOptions } from '../../clock/index.ts';
import type { MachineSignal, MachineSignals } from '../../events/machine-signals.ts';
import { memoryState } from '../../state/index.ts';
import { constant } from '../backoff/backoff.ts';
import { breaker } from '../breaker/breaker.ts';
import type { Breaker } from '../breaker/breaker.ts';
import { tokenBucket } from '../budget/token-bucket.ts';
import type { PolicyEvent } from '../events.ts';
import { bulkhead } from '../limit/bulkhead.ts';
import type { ConcurrencyLimit } from '../limit/concurrency-limit.ts';
import { rateLimit } from '../limit/rate-limit.ts';
import type { RateLimiter } from '../limit/rate-limiter.ts';
import type { AttemptContext } from '../pipeline/attempt.ts';
import { resilient } from '../pipeline/resilient.ts';
import type { Policy } from '../pipeline/resilient.ts';
import { afterAttempts } from '../stop/stops.ts';
import { RESET, throttled } from './policy-setup.ts';

/** A virtual clock that parts the timers of a test from those of the library, and tells of each that fires. */
export class ObservedClock extends VirtualClock {
  /** Timers of the test that wait. */
  ofTest = 0;
  /** Timers that have fired. */
  fired = 0;
  /** Called right after a timer has fired, in the same turn. */
  onFired: (() => void) | undefined;

  override timer(ms: number, callback: () => void, options?: TimerOptions): Timer {
    return super.timer(
      ms,
      () => {
        callback();
        this.fired += 1;
        this.onFired?.();
      },
      options,
    );
  }

  /** A sleep of the test that nothing can interrupt. */
  async own(ms: number): Promise<void> {
    this.ofTest += 1;
    await this.sleep(ms);
    this.ofTest -= 1;
  }

  /** A sleep of the test that a signal may interrupt. */
  async interruptible(ms: number, signal: AbortSignal): Promise<void> {
    this.ofTest += 1;
    try {
      await this.sleep(ms, { signal });
    } finally {
      this.ofTest -= 1;
    }
  }

  /** Timers of the library that wait. */
  get ofLibrary(): number {
    return this.pending - this.ofTest;
  }
}

/** A machine whose network the test switches. */
export class FakeSignals implements MachineSignals {
  online = true;
  readonly listeners = new Set<(signal: MachineSignal) => void>();

  subscribe(listener: (signal: MachineSignal) => void): () => void {
    const own = (signal: MachineSignal): void => listener(signal);
    this.listeners.add(own);
    return () => this.listeners.delete(own);
  }

  tell(signal: MachineSignal): void {
    if (signal.kind !== 'wake') this.online = signal.kind === 'online';
    for (const listener of Array.from(this.listeners)) listener(signal);
  }
}

/** Which parts of the world differ between scenes. */
export interface SceneOptions {
  /** Calls go on although their signal has aborted, and settle later. */
  readonly deaf: boolean;
  readonly coalesce: boolean;
  readonly hedge: boolean;
}

/** A run through every stage, with failures on its way that make it wait at each. */
export interface EveryStage {
  readonly clock: ObservedClock;
  readonly machine: FakeSignals;
  readonly circuit: Breaker;
  readonly concurrency: ConcurrencyLimit;
  readonly rate: RateLimiter;
  readonly policy: Policy<string>;
  readonly events: PolicyEvent[];
  readonly disposed: unknown[];
  /** Calls of the function and of the hook before retries. */
  calls: number;
  hooks: number;
  fallbacks: number;
  /** Calls that have not settled, and those that gave a value. */
  running: number;
  succeeded: number;
  /** Called with each event, as it is told. */
  onTold: (() => void) | undefined;
  /** Called as a call of the function begins. */
  onCall: (() => void) | undefined;
  /** Called as the hook before a retry begins. */
  onHook: (() => void) | undefined;
  /** When the next start may be, by the attempts that were made: nobody else uses the rate limit. */
  nextStart: number;
  fn(context: AttemptContext): Promise<string>;
}

/** From one start to the next, and how long the throttle asks to wait. */
const INTERVAL_MS = 2_000;
const PAUSE_MS = 2_000;

/** Builds the world. The breaker and the budget keep their state in a store, so that they answer later. */
export async function everyStage({ deaf, coalesce, hedge }: SceneOptions): Promise<EveryStage> {
  const clock = new ObservedClock();
  const machine = new FakeSignals();
  const state = memoryState();
  const random = { next: (): number => 0 };
  const events: PolicyEvent[] = [];
  const disposed: unknown[] = [];
  const circuit = breaker({ name: 'c', failures: 2, openMs: '1m', clock, random, state });
  const concurrency = bulkhead({ concurrent: 2, queue: 3 });
  const rate = rateLimit({ limit: 1, per: INTERVAL_MS, clock });
  const tally: Pick<
    EveryStage,
    'calls' | 'hooks' | 'fallbacks' | 'running' | 'succeeded' | 'onTold' | 'onCall' | 'onHook' | 'nextStart'
  > = {
    calls: 0,
    hooks: 0,
    fallbacks: 0,
    running: 0,
    succeeded: 0,
    onTold: undefined,
    onCall: undefined,
    onHook: undefined,
    nextStart: 0,
  };
  function onEvent(event: PolicyEvent): void {
    events.push(event);
    if (event.type === 'attempt') tally.nextStart = clock.monotonic() + INTERVAL_MS;
    // The schedule stands still while it is paused.
    if (event.type === 'failure' && event.category === 'rate-limit') tally.nextStart += PAUSE_MS;
    tally.onTold?.();
  }
  const sleep = (ms: number, signal: AbortSignal): Promise<void> =>
    deaf ? clock.own(ms) : clock.interruptible(ms, signal);
  const rule = { attempts: 9, backoff: constant('1s'), before: hook };
  async function hook(): Promise<void> {
    tally.hooks += 1;
    tally.onHook?.();
    await clock.own(100);
  }
  const policy = resilient<string>('everything', {
    fallback: async () => {
      tally.fallbacks += 1;
      await clock.own(100);
      return 'fallback';
    },
    coalesce,
    deadline: '1h',
    stop: afterAttempts(20),
    retry: { network: rule, timeout: rule, 'rate-limit': rule },
    budget: tokenBucket({ name: 'b', capacity: 2, refillMs: '30s', whenEmpty: 'wait', clock, state }),
    breaker: circuit,
    concurrency,
    rate,
    ...(hedge ? { hedge: { after: '3s', copies: 1 } } : {}),
    attemptTimeout: '10s',
    stall: '5s',
    chaos: { name: 'none', inject: (fn) => async (context) => await fn(context) },
    dispose: (value) => void disposed.push(value),
    machine,
    clock,
    random,
    onEvent,
  });
  /** By attempt: loses the connection, is throttled, stands still, loses the network, and takes long to succeed. */
  async function step({ attempt, signal, progress }: AttemptContext, isCopy: boolean): Promise<string> {
    if (attempt === 1) throw RESET();
    await sleep(500, signal);
    if (attempt === 2) throw throttled(PAUSE_MS);
    if (attempt === 3) await sleep(20_000, signal);
    if (attempt === 4) {
      if (!isCopy) machine.tell({ kind: 'offline' });
      if (!isCopy) void clock.own(7_000).then(() => machine.tell({ kind: 'online' }));
      throw RESET();
    }
    for (let n = 0; n < 4 && !isCopy; n += 1) {
      await sleep(1_000, signal);
      progress();
    }
    return isCopy ? 'by the copy' : 'by the first';
  }
  let lastAttempt = 0;
  async function fn(context: AttemptContext): Promise<string> {
    const isCopy = context.attempt === lastAttempt;
    lastAttempt = context.attempt;
    tally.calls += 1;
    tally.running += 1;
    tally.onCall?.();
    try {
      const value = await step(context, isCopy);
      tally.succeeded += 1;
      return value;
    } finally {
      tally.running -= 1;
    }
  }
  // Two others are inside, so that the first attempt waits for a place.
  for (const ms of [300, 400]) {
    const slot = await concurrency.acquire();
    void clock.own(ms).then(() => slot.release('none', 0));
  }
  return Object.assign(tally, { clock, machine, circuit, concurrency, rate, policy, events, disposed, fn });
}
