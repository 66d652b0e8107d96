import { getEventListeners } from 'node:events';
import type { Clock } from '../../clock/index.ts';
import { constant } from '../backoff/backoff.ts';
import { breaker } from '../breaker/breaker.ts';
import { tokenBucket } from '../budget/token-bucket.ts';
import { bulkhead } from '../limit/bulkhead.ts';
import { rateLimit } from '../limit/rate-limit.ts';
import { resilient } from '../pipeline/resilient.ts';
import { FakeSignals } from './every-stage.ts';
import { RESET } from './policy-setup.ts';

/** What many calls left behind. */
export interface LeftBehind {
  /** Listeners on a signal that outlives all calls, and on the machine. */
  readonly listeners: number;
  /** Places that are taken, abandoned or waited for. */
  readonly places: number;
  /** Calls by how they ended. */
  readonly ended: Readonly<Record<string, number>>;
}

const turn = (): Promise<void> =>
  new Promise((resolve) => {
    setImmediate(resolve);
  });

/** A world for many calls under a policy with every stage, on a clock that goes by itself or is moved by `pass`. */
export class LeakRun {
  readonly #clock: Clock;
  readonly #pass: () => Promise<void>;
  readonly #machine = new FakeSignals();
  readonly #concurrency = bulkhead({ concurrent: 1_000, queue: 1_000 });
  readonly #policy;
  readonly #caller = new AbortController();
  readonly #ended: Record<string, number> = {};
  #events = 0;

  /** @param pass lets waits of some ms go by. */
  constructor(clock: Clock, pass: () => Promise<void>) {
    this.#clock = clock;
    this.#pass = pass;
    this.#policy = resilient<string>('leaks', {
      fallback: (error) => `instead of ${(error as { readonly code?: string }).code}`,
      coalesce: true,
      deadline: '1h',
      stop: { description: 'never', shouldStop: () => false },
      retry: { network: { attempts: 1, backoff: constant(1) } },
      budget: tokenBucket({ capacity: 1_000_000, refillMs: '1h', clock }),
      breaker: breaker({ name: 'b', failures: 1_000_000, openMs: '1m', clock }),
      concurrency: this.#concurrency,
      rate: rateLimit({ limit: 1_000_000, per: '1s', burst: 1_000_000, clock }),
      hedge: { after: 1, copies: 1 },
      attemptTimeout: '1m',
      stall: '30s',
      chaos: { name: 'none', inject: (fn) => (context) => fn(context) },
      dispose: () => this.#count('disposed'),
      machine: this.#machine,
      clock,
      onEvent: () => void (this.#events += 1),
    });
  }

  /** Makes so many calls, of ten kinds in turn, and lets them end. */
  async calls(count: number): Promise<LeftBehind> {
    for (let made = 0; made < count; made += 10) {
      await this.#tenKinds(made % 1_000 === 0);
    }
    await this.#pass();
    await turn();
    const { running, queued, abandoned } = this.#concurrency.snapshot();
    const ofCaller = getEventListeners(this.#caller.signal, 'abort').length;
    return {
      listeners: ofCaller + this.#machine.listeners.size,
      places: running + queued + abandoned,
      ended: { ...this.#ended },
    };
  }

  /** Events that were told: somebody listens to all of them. */
  get events(): number {
    return this.#events;
  }

  async #tenKinds(withWaits: boolean): Promise<void> {
    const { signal } = this.#caller;
    const aborting = [new AbortController(), new AbortController()];
    const shared = this.#policy.run(() => turn().then(() => 'shared'), { signal, key: 'k' });
    const all = [
      this.#policy.run(() => 'plain', { signal }),
      this.#policy.run(async () => 'asynchronous', { signal }),
      this.#policy.run(({ signal: own }) => (own.throwIfAborted(), 'asked for its signal'), { signal }),
      this.#policy.run(({ progress }) => (progress(), 'told of progress'), { signal }),
      this.#policy.run(() => Promise.reject(new TypeError('a defect')), { signal }),
      shared,
      this.#policy.run(() => 'never called', { signal, key: 'k' }),
      this.#policy.run(obedient, { signal: aborting[0]?.signal ?? signal }),
      this.#policy.run(() => turn().then(() => 'late'), { signal: aborting[1]?.signal ?? signal }),
      withWaits ? this.#waiting(signal) : this.#policy.run(() => 'last', { signal }),
    ].map((run) => run.then(this.#count, () => this.#count('rejected')));
    for (const each of aborting) each.abort('enough');
    if (withWaits) await this.#pass();
    await Promise.all(all);
  }

  /** Is retried, and then hedged. */
  #waiting(signal: AbortSignal): Promise<string> {
    let calls = 0;
    return this.#policy.run(
      async ({ attempt, signal: own }) => {
        calls += 1;
        if (attempt === 1) throw RESET();
        if (calls < 4) await this.#clock.sleep(60_000, { signal: own });
        return 'hedged';
      },
      { signal },
    );
  }

  readonly #count = (how: string): void => {
    this.#ended[how] = (this.#ended[how] ?? 0) + 1;
  };
}

/** Does nothing until its signal aborts. */
function obedient({ signal }: { readonly signal: AbortSignal }): Promise<string> {
  const { promise, reject } = Promise.withResolvers<string>();
  signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  return promise;
}
