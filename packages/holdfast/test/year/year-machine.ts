import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { seededRandom, VirtualClock, type Clock, type Random } from '@holdfast/resilience/clock';
import type { StateStore } from '@holdfast/resilience';
import type { Config } from '../../src/config/config.ts';
import type { ChildListener } from '../../src/daemon/child-process.ts';
import { Chronicle } from '../../src/daemon/chronicle.ts';
import { journalFile, readJournal } from '../../src/daemon/journal.ts';
import type { ChildSpec } from '../../src/daemon/plan.ts';
import { RESTART_TIMES } from '../../src/daemon/restart-policy.ts';
import { Supervisor } from '../../src/daemon/supervisor.ts';
import type { RunEvent } from '../../src/daemon/supervisor-event.ts';
import type { Incident } from '../../src/model/incident.ts';
import { Generation } from '../simulation/generation.ts';
import { SimState } from '../simulation/sim-ports.ts';
import { testConfig } from '../simulation/test-config.ts';
import { EngineProcess, type Machine } from './engine-process.ts';
import { openInProcess, type InProcessStore } from './in-process-store.ts';
import { yearTransport, trueTime, type YearNetwork } from './network.ts';
import { ProcessClock } from './process-clock.ts';
import { RestartModel, type TrueEnd } from './restart-model.ts';
import { yearUpstreams, type YearUpstream } from './upstreams.ts';
import { WatchdogCheck } from './watchdog-check.ts';
import { YearLog } from './year-log.ts';

/** A Thursday morning. */
export const START = Date.UTC(2026, 0, 1, 6);
const MB = 2 ** 20;
const DAY_MS = 86_400_000;
/** Above any number that a system gives to a process. */
const FIRST_PID = 2 ** 24;

/** Bounds that the year runs with. */
export const BOUNDS = {
  maxDisk: 64 * MB,
  rawRetentionMs: 90 * DAY_MS,
  watchdogMs: 30_000,
  maxMemory: 600 * MB,
  logs: { maxSize: 160 * 1024, maxAge: 5 * DAY_MS, maxTotal: 384 * 1024 },
} as const;

/** What an engine is to be from its birth. */
export interface NextLives {
  /** So many engines die within seconds of their start. */
  dying: number;
  /** So many engines give no heartbeat at all. */
  hung: number;
}

/**
 * One computer for a year: clock, disk, network, a supervisor and its engine. A supervisor is there or not; everything
 * that is said of it to the model is what was done to it, never what it says of itself.
 */
export class YearMachine {
  readonly clock = new VirtualClock({ start: START });
  readonly random: Random;
  readonly folder: string;
  readonly network: YearNetwork;
  readonly upstreams: readonly YearUpstream[];
  readonly model = new RestartModel();
  readonly watchdog: WatchdogCheck;
  readonly log: YearLog;
  readonly troubles: string[] = [];
  /** Incidents as they were last written, by id. */
  readonly incidents = new Map<string, Incident>();
  readonly exits: Record<string, number> = {};
  readonly reached = new Set<string>();
  readonly next: NextLives = { dying: 0, hung: 0 };
  platform: 'linux' | 'darwin' = 'linux';
  version = 1;
  engine: EngineProcess | null = null;
  onEngine: (engine: EngineProcess) => void = () => undefined;
  onExit: (end: TrueEnd, cooled: boolean) => void = () => undefined;
  commits = 0;
  /** The upstreams' clock while it is told what they did during our sleep. */
  serverTime: number | null = null;
  readonly #state = new SimState();
  readonly #config: Config;
  #supervisor: {
    readonly is: Supervisor;
    readonly clock: ProcessClock;
    readonly chronicle: Chronicle;
  } | null = null;
  #asked: 'operator' | 'update' | 'stop' | null = null;
  #pids = FIRST_PID;
  #ids = 0;

  constructor(seed: number, folder: string) {
    this.random = seededRandom(seed);
    this.folder = folder;
    mkdirSync(folder, { recursive: true });
    const now = trueTime(this.clock, START);
    const trueNow = (): number => this.serverTime ?? now();
    this.upstreams = yearUpstreams(seed, trueNow);
    this.network = { upstreams: this.upstreams, trueNow: now, isDown: false, isTold: true, refused: 0 };
    this.log = new YearLog({ file: join(folder, 'holdfast.log'), ...BOUNDS.logs });
    this.watchdog = new WatchdogCheck(BOUNDS.watchdogMs);
    const { maxDisk, rawRetentionMs, watchdogMs, maxMemory, logs } = BOUNDS;
    this.#config = testConfig(
      this.upstreams.map(({ source }) => source),
      { dataDir: folder, maxDisk, rawRetention: rawRetentionMs, watchdog: watchdogMs, maxMemory, logs },
    );
  }

  get file(): string {
    return join(this.folder, 'holdfast.db');
  }

  get journal(): string {
    return journalFile(this.folder);
  }

  get supervisor(): Supervisor | null {
    return this.#supervisor?.is ?? null;
  }

  /** What the supervisor of an operating system does: it finds the journal of the one before. */
  startSupervisor(): void {
    const clock = new ProcessClock(this.clock);
    const journal = readJournal(this.journal);
    const inherited = journal?.supervisor === null ? null : journal;
    const coolsUntil = inherited?.children[0]?.coolsUntil ?? null;
    const left = coolsUntil === null ? 0 : coolsUntil - clock.now();
    // A wall clock that was set back must not lengthen a cooldown; one set forward ends it.
    this.model.begins(clock.monotonic(), left > 0 && left <= RESTART_TIMES.longestCooldownMs ? left : null);
    this.log.open(clock);
    const own = { pid: (this.#pids += 1), startedAt: String(clock.now()), bootId: 'year' };
    const chronicle = new Chronicle(this.folder, own, (error) => this.troubles.push(String(error)));
    let is: Supervisor | null = null;
    is = new Supervisor({
      children: [this.#spec()],
      times: RESTART_TIMES,
      deadlineMs: null,
      lateExitCode: 0,
      patient: true,
      restart: true,
      inherited,
      startChild: (_program, listener) => this.#start(listener),
      clock,
      random: this.random,
      uniqueId: () => `${own.pid}-${(this.#ids += 1)}`,
      onEvent: (event, child) => this.#heard(event, child),
      onChange: () => (is === null ? undefined : chronicle.write(is)),
    });
    chronicle.write(is);
    this.#supervisor = { is, clock, chronicle };
    void is.done.then((code) => {
      if (this.#asked !== 'stop') this.troubles.push(`the supervisor ended by itself with ${code}`);
    });
  }

  /** SIGKILL: its children die with it. */
  killSupervisor(): void {
    this.#supervisor?.clock.die();
    this.#supervisor = null;
    this.log.close();
    const { engine } = this;
    this.engine = null;
    if (engine !== null) this.#bury(engine);
    engine?.end(null, 'SIGKILL');
    this.model.gone(this.clock.monotonic());
  }

  /** An orderly stop; resolves when everything has ended. */
  async stopSupervisor(): Promise<void> {
    const supervisor = this.#supervisor;
    if (supervisor === null) return;
    this.#asked = 'stop';
    this.model.look(this.clock.monotonic());
    supervisor.is.stop(0);
    for (let second = 0; second < 60 && this.engine !== null; second += 1) await this.clock.advance(1_000);
    await this.clock.advance(10);
    if (this.engine !== null) this.troubles.push('an orderly stop took more than a minute');
    supervisor.chronicle.close(supervisor.is);
    supervisor.clock.die();
    this.log.close();
    this.#supervisor = null;
    this.#asked = null;
    this.model.gone(this.clock.monotonic());
  }

  /** A person, or an upgrade, has the engine started anew. */
  renew(reason: 'operator' | 'update'): void {
    const supervisor = this.#supervisor;
    if (supervisor === null) return;
    if (reason === 'update') this.version += 1;
    if (this.engine === null) this.model.ordered(this.clock.monotonic());
    else if (this.engine.askedAt === null) this.#asked = reason;
    supervisor.is.renew([this.#spec()], reason);
  }

  /** The store as a reader of its own sees it. */
  openStore(clock: Clock = new ProcessClock(this.clock)): InProcessStore {
    const store = openInProcess({ file: this.file, clock, maxBytes: BOUNDS.maxDisk });
    return new Proxy(store, {
      get: (target, name) => {
        if (name !== 'putIncidents') return Reflect.get(target, name, target) as unknown;
        return async (incidents: readonly Incident[]) => {
          await target.putIncidents(incidents);
          for (const incident of incidents) this.#written(incident);
        };
      },
    });
  }

  /** What is over is over: only records that it delayed are counted for a while. */
  #written(incident: Incident): void {
    const before = this.incidents.get(incident.id);
    this.incidents.set(incident.id, incident);
    if (before === undefined || before.recoveredAt === null) return;
    if (before.recoveredAt !== incident.recoveredAt)
      this.troubles.push(`incident ${incident.id} was over and is told again`);
  }

  #spec(): ChildSpec {
    return {
      name: 'engine',
      main: true,
      file: `engine-${this.version}.js`,
      start: { type: 'start', config: this.#config, once: false, startedAt: this.clock.now() },
      watchdogMs: BOUNDS.watchdogMs,
      maxMemory: BOUNDS.maxMemory,
      ready: 'event',
    };
  }

  #start(listener: ChildListener): EngineProcess {
    if (this.engine !== null) this.troubles.push('a second engine was started beside the first');
    this.model.started(this.clock.monotonic());
    const hung = this.next.hung > 0;
    if (hung) this.next.hung -= 1;
    const onKill = (each: EngineProcess): void => this.watchdog.killed(each, this.clock.monotonic());
    const born = { pid: (this.#pids += 1), hung, onKill };
    const heard = {
      ...listener,
      onExit: (code: number | null, signal: string | null) => {
        if (this.engine !== engine) return;
        this.#ended(engine, signal);
        listener.onExit(code, signal);
        this.onExit(this.#lastEnd, this.supervisor?.status()[0]?.mode === 'cooling-down');
      },
    };
    const engine = new EngineProcess(this.#asMachine(), heard, born);
    this.watchdog.born(engine);
    this.engine = engine;
    this.onEngine(engine);
    return engine;
  }

  #lastEnd: TrueEnd = 'crash';

  #ended(engine: EngineProcess, signal: string | null): void {
    const end = this.#endOf(engine, signal);
    this.#lastEnd = end;
    const name = end === 'asked' ? (this.#asked ?? 'asked') : end;
    this.exits[name] = (this.exits[name] ?? 0) + 1;
    this.engine = null;
    this.#bury(engine);
    if (this.#asked !== 'stop') {
      this.model.exited(this.clock.monotonic(), end);
      this.#asked = null;
    }
  }

  #bury(engine: EngineProcess): void {
    this.watchdog.buried(engine);
    for (const { watch } of this.upstreams) watch.crashed();
  }

  /** Why it ended, by what was done to it. */
  #endOf(engine: EngineProcess, signal: string | null): TrueEnd {
    if (this.#asked !== null) return 'asked';
    if (engine.askedAt !== null) {
      if (engine.rss <= BOUNDS.maxMemory) this.troubles.push('an engine was ended that nobody wanted to end');
      return 'oom';
    }
    return signal === 'SIGKILL' && this.watchdog.wasKilled(engine) ? 'watchdog' : 'crash';
  }

  #heard(event: RunEvent, child: string): void {
    this.log.write(event, child);
    if (event.kind === 'commit') this.commits += 1;
    if (event.kind === 'window' || event.kind === 'gap') this.reached.add(`${event.kind}:${event.state}`);
    if (event.kind === 'set-aside') this.reached.add(`set-aside:${event.state}`);
    if (event.kind === 'wait') this.reached.add(`wait:${event.wait.why}`);
    if (event.kind === 'machine') this.reached.add(`machine:${event.change}`);
    if (event.kind === 'state') this.reached.add(`state:${event.state}`);
  }

  #asMachine(): Machine {
    return {
      clock: this.clock,
      random: this.random,
      config: () => this.#config,
      openStore: (clock) => this.openStore(clock),
      transport: (life) => yearTransport(this.network, life),
      state: () => this.#stateOfLife(),
      platform: () => this.platform,
      addresses: () => (this.network.isDown && this.network.isTold ? [] : ['192.0.2.7']),
      freeBytes: () => 10 * 1024 * MB,
      onTrouble: (what) => this.troubles.push(what),
    };
  }

  /** The gates' memory outlives the engines; what they noted, they must honour. */
  #stateOfLife(): StateStore {
    const state = this.#state.forLife(new Generation(Number.POSITIVE_INFINITY));
    return {
      ...state,
      update: async (key, change) => {
        const result = await state.update(key, change);
        for (const { host, watch } of this.upstreams) if (key.includes(host)) watch.noted();
        return result;
      },
    };
  }
}
