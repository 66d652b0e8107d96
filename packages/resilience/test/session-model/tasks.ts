import type { VirtualClock } from '../../src/clock/index.ts';
import type { Lease, SupervisedSession } from '../../src/session/index.ts';
import type { Referee } from './referee.ts';
import type { Scenario } from './scenario.ts';
import type { Peer, View } from './peer.ts';
import type { World } from './world.ts';

/** Answers that a task may get instead of its result. */
const ANSWERS: readonly unknown[] = [
  'ERR_SESSION_LOST',
  'ERR_SESSION_OPEN_CIRCUIT',
  'ERR_SESSION_CLOSED',
  'ERR_LEASE_STALE',
  'ERR_AUTH_EXPIRED',
  'ERR_TIMEOUT_CALL',
  'ECONNREFUSED',
  'ERR_INVALID_URL',
];
const STOP = new Error('the caller has had enough');

/** The users of the session: they work, wait, hold leases for too long, give up, and use what is stale. */
export class Tasks {
  readonly #scenario: Scenario;
  readonly #clock: VirtualClock;
  readonly #world: World;
  readonly #referee: Referee;
  readonly #session: SupervisedSession<Peer | View>;
  readonly #callers = new Set<AbortController>();
  readonly #kept = new Set<Lease<Peer | View>>();
  #waiting = 0;

  constructor(
    scenario: Scenario,
    clock: VirtualClock,
    world: World,
    referee: Referee,
    session: SupervisedSession<Peer | View>,
  ) {
    this.#scenario = scenario;
    this.#clock = clock;
    this.#world = world;
    this.#referee = referee;
    this.#session = session;
  }

  /** Tasks without an answer. */
  get waiting(): number {
    return this.#waiting;
  }

  /** Another task begins. */
  start(): void {
    const caller = new AbortController();
    this.#callers.add(caller);
    this.#waiting += 1;
    const { dice } = this.#scenario;
    const task = dice.pick([
      () => this.#use(caller.signal),
      () => this.#use(caller.signal),
      () => this.#keep(caller.signal),
    ]);
    void task()
      .catch((error: unknown) => this.#answered(error, caller))
      .finally(() => {
        this.#callers.delete(caller);
        this.#waiting -= 1;
      });
  }

  /** Somebody gives up. */
  cancel(): void {
    const [caller] = this.#callers;
    if (caller === undefined) return;
    this.#world.fired.add('cancelled');
    caller.abort(STOP);
  }

  /** Leases that were kept come back. */
  giveBack(): void {
    for (const lease of this.#kept) void lease.release();
    this.#kept.clear();
  }

  async #use(signal: AbortSignal): Promise<void> {
    const { dice } = this.#scenario;
    const steps = dice.between(1, 3);
    const nested = dice.chance(0.1);
    await this.#session.use(
      async (lease) => {
        this.#referee.lent(lease.generation);
        for (let step = 0; step < steps; step += 1) await this.#call(lease);
        if (nested) {
          this.#world.fired.add('nested use');
          await this.#session.use((inner) => this.#call(inner), { signal });
        }
      },
      { signal },
    );
  }

  /** Keeps a lease for long, and goes on with it when it has ended. */
  async #keep(signal: AbortSignal): Promise<void> {
    const lease = await this.#session.lease({ signal });
    this.#referee.lent(lease.generation);
    this.#kept.add(lease);
    try {
      await this.#call(lease);
    } finally {
      await this.#stale(lease);
    }
  }

  #call(lease: Lease<Peer | View>): Promise<void> {
    return lease.run((view) => {
      if (lease.stale) this.#referee.blame('a call through a stale lease reached the adapter');
      return this.#world.work('peer' in view ? view.peer : view);
    });
  }

  async #stale(lease: Lease<Peer | View>): Promise<void> {
    await this.#clock.sleep(this.#scenario.dice.between(1, 2_000));
    if (!lease.stale) return;
    this.#world.fired.add('stale lease used');
    const call = lease.run(() => {
      this.#referee.blame('a call through a stale lease reached the adapter');
      return Promise.resolve();
    });
    await call.then(
      () => {
        this.#referee.blame('a stale lease answered');
      },
      (error: unknown) => {
        if (codeOf(error) !== 'ERR_LEASE_STALE') this.#referee.blame('a stale lease told something else');
      },
    );
  }

  #answered(error: unknown, caller: AbortController): void {
    if (error === STOP && caller.signal.aborted) return;
    if (ANSWERS.includes(codeOf(error))) return;
    const message = error instanceof Error ? error.message : String(error);
    if (message.endsWith('says something odd') || message.endsWith('is dead')) return;
    this.#referee.blame(`a task was told ${message}`);
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error ? (error as { readonly code?: unknown }).code : undefined;
}
