import { seededRandom, type Random } from '@holdfast/resilience/clock';
import type { IncidentCause } from '../../src/model/incident.ts';
import type { EngineProcess } from './engine-process.ts';
import { drawFaults, type FaultName } from './fault-plan.ts';
import type { TrueEnd } from './restart-model.ts';
import { publish } from './upstreams.ts';
import type { Expected } from './witness.ts';
import { YearMachine } from './year-machine.ts';

/** Something that is to be done at an instant of true time, ms since the begin. */
interface Todo {
  readonly at: number;
  readonly work: () => Promise<void> | void;
  /** Done by an upstream, whether our machine sleeps or not. */
  readonly isTheirs: boolean;
}

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
/** Upstreams publish at 18:00. */
const PUBLISHES_AT = 12 * 3_600_000;
/** A process that lived through so much more has written down what it saw, ms. */
const WITNESS_MS = 3 * MINUTE_MS;
const CAUSES: Partial<Record<TrueEnd, IncidentCause>> = { crash: 'crash', watchdog: 'hung', oom: 'oom' };

/** What a year is made of. */
export interface YearOptions {
  readonly seed: number;
  readonly days: number;
  /** Days at the end without faults. */
  readonly calmDays: number;
  /** An empty folder. */
  readonly folder: string;
  /** Has a fault happen now; false when it cannot. */
  readonly apply: (run: YearRun, name: FaultName) => Promise<boolean>;
}

/** A year as it goes on: the machine, what is still to happen to it, and what has to be written down of it. */
export class YearRun {
  readonly machine: YearMachine;
  readonly random: Random;
  readonly fired: Partial<Record<FaultName | `sleep-${'linux' | 'darwin'}`, number>> = {};
  readonly expected: Expected[] = [];
  /** Exits that the next engine that lives long enough is told of. */
  #untold: Expected[] = [];
  #todo: Todo[] = [];
  /** How often the clocks jumped or were set. */
  #disturbed = 0;
  #jumpedAt = Number.NEGATIVE_INFINITY;
  readonly #apply: YearOptions['apply'];
  /** No fault is begun any more. */
  isCalm = false;

  constructor({ seed, days, calmDays, folder, apply }: YearOptions) {
    this.#apply = apply;
    this.machine = new YearMachine(seed, folder);
    this.random = seededRandom(seed + 1_000_000);
    this.machine.onEngine = (engine) => this.#born(engine);
    this.machine.onExit = (end, cooled) => this.#exited(end, cooled);
    for (let day = 0; day < days; day += 1)
      for (const upstream of this.machine.upstreams)
        this.later(day * DAY_MS + PUBLISHES_AT, () => publish(upstream, this.random), true);
    for (const { at, name } of drawFaults(days - calmDays, this.random)) this.plan(at, name);
    // Half a year on one kind of computer, half a year on another.
    this.later((days / 2) * DAY_MS, () => this.#move(), false);
  }

  get now(): number {
    return this.machine.clock.boot();
  }

  /** Has something done at an instant. */
  later(at: number, work: () => Promise<void> | void, isTheirs = false): void {
    this.#todo.push({ at, work, isTheirs });
    this.#todo.sort((one, other) => one.at - other.at);
  }

  /** Has a fault happen at an instant, or soon after when it cannot happen then. */
  plan(at: number, name: FaultName): void {
    this.later(at, async () => {
      if (this.isCalm) return;
      if (await this.#apply(this, name)) this.fired[name] = (this.fired[name] ?? 0) + 1;
      else if (!this.isCalm) this.plan(this.now + 10 * MINUTE_MS, name);
    });
  }

  /** Lets time go on until an instant. */
  async until(at: number): Promise<void> {
    const { clock, model, watchdog } = this.machine;
    for (;;) {
      const next = this.#todo[0];
      if (next === undefined || next.at > at) break;
      this.#todo.shift();
      if (next.at > this.now) await clock.advance(next.at - this.now);
      await next.work();
      model.look(clock.monotonic());
      watchdog.look(clock.monotonic());
    }
    if (at > this.now) await clock.advance(at - this.now);
  }

  /** From now on nothing goes wrong any more, and what was wrong is put right. */
  calm(): void {
    const { machine } = this;
    this.isCalm = true;
    machine.next.dying = 0;
    machine.next.hung = 0;
    for (const one of machine.upstreams) {
      one.isDown = false;
      one.upstream.disarm();
      one.upstream.publishHidden();
    }
    if (machine.network.isDown)
      machine.engine?.engine?.networkChanged({ type: 'up', addresses: ['192.0.2.8'] });
    machine.network.isDown = false;
    if (machine.engine !== null) machine.engine.leak = 0;
    // NTP puts the clock right.
    const wrong = machine.clock.now() - machine.network.trueNow();
    if (wrong !== 0) this.step(-wrong);
    if (machine.supervisor === null) machine.startSupervisor();
  }

  /** Lets time go on until every source waits for its next poll, three hours at most. */
  async untilIdle(): Promise<void> {
    const isIdle = (): boolean =>
      (this.machine.engine?.engine?.sources() ?? []).filter(({ harvester }) => harvester.wait?.why === 'poll')
        .length === this.machine.upstreams.length;
    for (let tries = 0; !isIdle() && tries < 36; tries += 1) await this.until(this.now + 5 * MINUTE_MS);
    if (!isIdle()) this.machine.troubles.push('three hours after the end a source is still not caught up');
  }

  /** The machine sleeps, or everything on it stands still; what upstreams do meanwhile, they do in time. */
  async jump(ms: number, monotonic: boolean): Promise<void> {
    const { machine } = this;
    const theirs = this.#todo.filter(({ at, isTheirs }) => isTheirs && at < this.now + ms);
    this.#todo = this.#todo.filter((each) => !theirs.includes(each));
    for (const { at, work } of theirs) {
      machine.serverTime = Math.max(machine.network.trueNow(), machine.network.trueNow() + at - this.now);
      await work();
    }
    machine.serverTime = null;
    const before = machine.clock.monotonic();
    const wallBefore = machine.clock.now();
    if (monotonic) {
      machine.model.jumped(before, before + ms);
      machine.watchdog.jumped(before + ms);
    }
    const isSeen = this.#canSee();
    await machine.clock.suspend(ms, { monotonic });
    this.#disturbed += 1;
    this.#jumpedAt = machine.clock.boot();
    if (isSeen)
      this.witness('asleep', wallBefore, `${monotonic ? 'stood still' : 'slept'} ${Math.round(ms / 1000)} s`);
  }

  /** The wall clock is set. What nobody has written down by now cannot be placed in time any more. */
  step(ms: number): void {
    const { clock } = this.machine;
    this.#untold = [];
    this.#disturbed += 1;
    clock.stepWall(ms);
    // A step that comes with a jump is told only if it is more than a thousandth of it.
    const isAlone = clock.boot() - this.#jumpedAt > MINUTE_MS;
    if (Math.abs(ms) >= 10_000 && isAlone) this.witness('clock-step', clock.now(), `by ${ms / 1000} s`);
  }

  /**
   * What this engine sees has to be in the book, provided that it lives for some minutes more, and that no clock
   * jumps meanwhile: the book tells by it when it was.
   */
  witness(cause: IncidentCause, from: number, what: string): void {
    const { clock } = this.machine;
    const { engine } = this.machine;
    if (engine === null || !this.#canSee()) return;
    const to = clock.now();
    const disturbed = this.#disturbed;
    this.later(this.now + WITNESS_MS, () => {
      if (this.#isWell(engine) && this.#disturbed === disturbed)
        this.expected.push({ cause, from, to, what });
    });
  }

  /** Whether there is an engine that has been at work for a while, undisturbed. */
  #canSee(): boolean {
    const { engine, clock } = this.machine;
    return (
      engine !== null &&
      engine.engine !== null &&
      this.#isWell(engine) &&
      clock.monotonic() - engine.startedAt >= MINUTE_MS
    );
  }

  #born(engine: EngineProcess): void {
    const { next } = this.machine;
    if (next.dying > 0) {
      next.dying -= 1;
      this.machine.clock.timer(200 + this.random.next() * 3_000, () => engine.crash());
    }
    const toTell = this.#untold;
    this.later(this.now + WITNESS_MS, () => {
      if (!this.#isWell(engine)) return;
      this.expected.push(...toTell.filter((each) => this.#untold.includes(each)));
      this.#untold = this.#untold.filter((each) => !toTell.includes(each));
    });
  }

  #exited(end: TrueEnd, cooled: boolean): void {
    const cause = CAUSES[end];
    if (cause === undefined) return;
    const at = this.machine.clock.now();
    const exit = { from: at, to: at, what: 'exit' };
    this.#untold = [...this.#untold, { cause, ...exit }];
    if (cooled) this.#untold = [...this.#untold, { cause: 'crash-loop', ...exit }];
  }

  /** An orderly stop of the supervisor leaves no exits behind for the next one. */
  forgetUntold(): void {
    this.#untold = [];
  }

  #isWell(engine: EngineProcess): boolean {
    return (
      this.machine.engine === engine && !engine.life.dead && !engine.life.stopped && engine.askedAt === null
    );
  }

  async #move(): Promise<void> {
    this.forgetUntold();
    await this.machine.stopSupervisor();
    this.machine.platform = 'darwin';
    this.machine.startSupervisor();
  }
}
