import { watchTime, type Clock, type Random } from '@holdfast/resilience/clock';
import type { StateStore } from '@holdfast/resilience';
import type { Config } from '../../src/config/config.ts';
import type { ChildListener, ChildProcess } from '../../src/daemon/child-process.ts';
import { Engine } from '../../src/engine/engine.ts';
import { IncidentKeeper } from '../../src/engine/incidents/incident-keeper.ts';
import { keepIndexed } from '../../src/engine/indexer.ts';
import type { StartMessage } from '../../src/engine/messages.ts';
import { countChanges } from '../../src/engine/change-counter.ts';
import { keepStates } from '../../src/engine/state-keeper.ts';
import { TimelineKeeper } from '../../src/engine/timeline/timeline-keeper.ts';
import { keepUp } from '../../src/engine/upkeep.ts';
import { PRIVATE_EXIT, type ChildMessage, type StopMessage } from '../../src/model/engine-message.ts';
import type { EngineEvent } from '../../src/model/event.ts';
import type { Store } from '../../src/store/port.ts';
import type { Transport } from '../../src/transport/port.ts';
import { coarseClock } from './coarse-clock.ts';
import type { InProcessStore } from './in-process-store.ts';
import { Life } from './life.ts';

/** The machine as a simulated engine process finds it. */
export interface Machine {
  readonly clock: Clock;
  readonly random: Random;
  readonly config: () => Config;
  readonly openStore: (clock: Clock) => InProcessStore;
  readonly transport: (life: Life) => Transport;
  readonly state: () => StateStore;
  readonly platform: () => string;
  readonly addresses: () => readonly string[];
  readonly freeBytes: () => number;
  /** It went wrong without anybody having done anything to it. */
  readonly onTrouble: (what: string) => void;
}

/** How a process comes into being. */
export interface Birth {
  readonly pid: number;
  /** It never gives a heartbeat. */
  readonly hung: boolean;
  /** Told before its parent ends it by force. */
  readonly onKill: (engine: EngineProcess) => void;
}

/** Real engines give one a second; with a watchdog of 30 s that is all the same. */
const HEARTBEAT_MS = 10_000;
const BOOT_MS = 80;
/** Between the end of a process and the moment at which its parent is told, ms. */
const BURIAL_MS = 2;
/** Looks at the clocks; what stood still for less than `STOPPED_MS` is not told, as in the product. */
const TICK_MS = 15_000;
const STOPPED_MS = 10_000;
/** How often the parts beside the harvest look, ms: all of them look each second or so in a real engine. */
const LOOKS = { incidents: 30_000, timeline: 150_000, states: 120_000, index: 300_000, changes: 300_000 };
const USUAL_RSS = 150 * 2 ** 20;
const STOP = Object.assign(new Error('asked to stop'), { code: 'ERR_STOPPED' });

/**
 * A stand-in for the process of `engine/main.ts`: the real engine and the parts that run beside it, joined as
 * `run-engine.ts` does. Modes: *booting*, *running*, *ending* once it was asked to, *ended*; in each but the last it
 * can be stopped for a time (`life.stop`).
 */
export class EngineProcess implements ChildProcess {
  readonly pid: number;
  readonly life: Life;
  readonly startedAt: number;
  /** Null before it is there. */
  engine: Engine | null = null;
  /** Memory that it gains with each heartbeat, bytes. */
  leak = 0;
  rss = USUAL_RSS;
  /** Monotonic ms at which it was asked to end; null before. */
  askedAt: number | null = null;
  /** It never gives a heartbeat. */
  readonly isBornHung: boolean;
  readonly #onKill: (engine: EngineProcess) => void;
  readonly #machine: Machine;
  readonly #listener: ChildListener;
  readonly #stopping = new AbortController();
  #store: InProcessStore | null = null;

  constructor(machine: Machine, listener: ChildListener, born: Birth) {
    this.pid = born.pid;
    this.isBornHung = born.hung;
    this.#onKill = born.onKill;
    this.#machine = machine;
    this.#listener = listener;
    this.startedAt = machine.clock.monotonic();
    this.life = new Life(machine.clock, () => this.crash());
  }

  send(message: object): void {
    const told = message as StartMessage | StopMessage;
    if (told.type === 'start') {
      if (this.isBornHung) this.life.stop();
      this.life.clock.timer(BOOT_MS, () => void this.#main(told));
    } else {
      this.askedAt ??= this.#machine.clock.monotonic();
      this.life.clock.timer(1, () => this.#stopping.abort(STOP));
    }
  }

  kill(): void {
    this.#onKill(this);
    this.end(null, 'SIGKILL');
  }

  /** It dies of itself. */
  crash(): void {
    this.end(null, 'SIGSEGV');
  }

  /** It is gone, and its parent hears of it, unless the parent is gone too. */
  end(code: number | null, signal: string | null): void {
    if (this.life.dead) return;
    this.life.die();
    this.#store?.drop();
    this.#machine.clock.timer(BURIAL_MS, () => this.#listener.onExit(code, signal));
  }

  async #main(start: StartMessage): Promise<void> {
    try {
      void this.#beat();
      await this.#run(start);
      this.#tell({ type: 'exit', code: 0, summary: 'asked to stop' });
      this.end(PRIVATE_EXIT.done, null);
    } catch (error) {
      if (this.life.dead) return;
      this.#machine.onTrouble(`the engine ended by itself: ${String((error as Error).stack)}`);
      this.end(PRIVATE_EXIT.temporary, null);
    }
  }

  async #beat(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      this.rss += this.leak;
      this.#tell({ type: 'heartbeat', progress: this.engine?.progress ?? 0, rss: this.rss });
      await this.life.clock.sleep(HEARTBEAT_MS, { signal: this.#stopping.signal }).catch(() => undefined);
    }
  }

  async #run(start: StartMessage): Promise<void> {
    this.#store = this.#machine.openStore(this.life.clock);
    const store = mortal(this.#store, this.life);
    const { engine, incidents, timeline } = await this.#compose(start, store);
    this.engine = engine;
    this.#tell({ type: 'event', event: readyEvent(engine, this.pid, this.life.clock.now()) });
    const { signal } = this.#stopping;
    const harvest = engine.run(signal);
    harvest.catch(() => undefined);
    const background = new AbortController();
    const helpers = this.#helpers({ engine, store, incidents, timeline, signal: background.signal });
    for (const helper of helpers) helper.catch(() => undefined);
    const watch = this.#watch(engine);
    try {
      await Promise.race([harvest, ...helpers]);
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      background.abort();
      watch.stop();
      await Promise.all(helpers);
    }
    await this.#store.close();
  }

  async #compose({ exits, deadly }: StartMessage, store: Store) {
    const { clock } = this.life;
    const { config, random, transport, state, addresses } = this.#machine;
    const engine: Engine = new Engine({
      config: config(),
      store,
      transport: transport(this.life),
      state: mortal(state(), this.life),
      once: false,
      emit: (event) => {
        this.#tell({ type: 'event', event });
        incidents.observe(event);
        timeline.observe(event);
      },
      clock,
      random,
      uniqueId: () => `${this.pid}-${String(random.next())}`,
      remembered: await store.sources(),
      deadly,
      onInHand: (source, page) => this.#tell({ type: 'in-hand', source, page }),
      addresses,
    });
    const incidents = new IncidentKeeper({
      store,
      clock: coarseClock(clock, LOOKS.incidents),
      counters: engine.counters,
      exits,
      deadly,
      sources: engine.sources().map(({ id, service }) => ({ id, service })),
    });
    const timeline = new TimelineKeeper(engine, store, coarseClock(clock, LOOKS.timeline));
    return { engine, incidents, timeline };
  }

  #helpers({ engine, store, incidents, timeline, signal }: HelperParts): readonly Promise<void>[] {
    const { clock } = this.life;
    const { rawRetention, maxDisk, alerts } = this.#machine.config();
    return [
      keepIndexed(store, coarseClock(clock, LOOKS.index), () => false, signal),
      keepStates(engine, store, coarseClock(clock, LOOKS.states), signal),
      incidents.run(signal),
      timeline.run(signal),
      store
        .stats()
        .then(({ lastSeq }) =>
          countChanges(store, engine.counters, coarseClock(clock, LOOKS.changes), lastSeq, signal),
        ),
      keepUp(
        {
          store,
          clock,
          upstreamNow: () => engine.upstreamNow(),
          keepRawMs: rawRetention,
          maxDisk,
          diskDays: alerts.diskDays,
          freeBytes: () => Promise.resolve(this.#machine.freeBytes()),
          isBusy: () => false,
          onForecast: (summary) => incidents.forecast(summary),
        },
        signal,
      ),
    ];
  }

  /** As `engine/watch-machine.ts` does with the clocks; the network is told by the simulation. */
  #watch(engine: Engine): { stop(): void } {
    return watchTime({
      clock: this.life.clock,
      tickMs: TICK_MS,
      cpuMs: () => 0,
      platform: this.#machine.platform(),
      onEvent: (event) => {
        if (event.type === 'suspend') engine.woke({ sleptMs: Math.round(event.lostMs) });
        else if (event.type === 'step') engine.clockStepped(Math.round(event.deltaMs));
        else if (event.type === 'pause' && event.lostMs >= STOPPED_MS)
          engine.woke({ sleptMs: Math.round(event.lostMs), cause: 'pause' });
      },
    });
  }

  #tell(message: ChildMessage): void {
    if (!this.life.dead) this.#listener.onMessage(message);
  }
}

interface HelperParts {
  readonly engine: Engine;
  readonly store: Store;
  readonly incidents: IncidentKeeper;
  readonly timeline: TimelineKeeper;
  readonly signal: AbortSignal;
}

function readyEvent(engine: Engine, pid: number, at: number): EngineEvent {
  return { kind: 'ready', at, pid, store: 'sqlite', sources: engine.sources().map(({ id }) => id) };
}

/** A port as a process sees that may die at each call. */
function mortal<T extends object>(port: T, life: Life): T {
  return new Proxy(port, {
    get: (target, name) => {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== 'function') return member;
      return (...args: unknown[]) => life.call(() => Reflect.apply(member, target, args) as unknown);
    },
  });
}
