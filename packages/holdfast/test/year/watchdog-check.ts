import type { EngineProcess } from './engine-process.ts';

/** A child that has not given its first heartbeat may take ten times the limit; the watchdog looks six times per limit. */
const STARTING_FACTOR = 10;
const LOOKS_PER_LIMIT = 6;
/** A child that was asked to end is killed after so long, ms. */
const GRACE_MS = 20_000;

/** Whether the watchdog killed what hung, in time, and nothing else. Instants are monotonic ms. */
export class WatchdogCheck {
  readonly findings: string[] = [];
  hangsEnded = 0;
  /** The slowest end of a hang, ms. */
  slowestMs = 0;
  readonly #limitMs: number;
  readonly #stopped = new Map<EngineProcess, { readonly at: number; readonly isHang: boolean }>();
  readonly #killed = new WeakSet<EngineProcess>();
  #jumpedAt = 0;

  constructor(limitMs: number) {
    this.#limitMs = limitMs;
  }

  born(engine: EngineProcess): void {
    if (engine.isBornHung) this.#stopped.set(engine, { at: engine.startedAt, isHang: true });
  }

  /** It stands still from now on: for good, or for a while. */
  stopped(engine: EngineProcess, at: number, isHang: boolean): void {
    this.#stopped.set(engine, { at, isHang });
  }

  goesOn(engine: EngineProcess): void {
    this.#stopped.delete(engine);
  }

  /** A supervisor that slept or stood still, or is new, gives its child the whole time again. */
  jumped(at: number): void {
    this.#jumpedAt = at;
  }

  /** The supervisor ends it by force. */
  killed(engine: EngineProcess, at: number): void {
    const { askedAt } = engine;
    if (engine.life.dead) return;
    const stop = this.#stopped.get(engine);
    if (askedAt !== null && at - askedAt >= GRACE_MS - 1 && stop !== undefined) return;
    if (stop === undefined) {
      const asked =
        askedAt === null ? 'that nobody had asked to end' : `${at - askedAt} ms after it was asked to end`;
      this.findings.push(`at ${at} a healthy engine was killed, ${asked}`);
      return;
    }
    this.#killed.add(engine);
    const silent = at - stop.at;
    if (!stop.isHang && silent < this.#limitMs * 2 - this.#limitMs / LOOKS_PER_LIMIT)
      this.findings.push(`at ${at} an engine was killed that stood still for ${silent} ms only`);
    if (stop.isHang) this.#judge(engine, stop.at, at);
  }

  /** Whether silence was why it was killed. */
  wasKilled(engine: EngineProcess): boolean {
    return this.#killed.has(engine);
  }

  buried(engine: EngineProcess): void {
    this.#stopped.delete(engine);
  }

  /** Whether an engine is silent for longer than it may be. */
  look(at: number): void {
    for (const [engine, { at: since, isHang }] of this.#stopped) {
      if (!isHang || at - Math.max(since, this.#jumpedAt) <= this.#bound(engine, since)) continue;
      this.findings.push(`at ${at} an engine hangs since ${since}, and nobody ends it`);
      this.#stopped.delete(engine);
    }
  }

  #judge(engine: EngineProcess, since: number, at: number): void {
    const tookMs = at - Math.max(since, this.#jumpedAt);
    this.hangsEnded += 1;
    if (!engine.isBornHung) this.slowestMs = Math.max(this.slowestMs, tookMs);
    if (tookMs > this.#bound(engine, since))
      this.findings.push(`at ${at} a hang had lasted for ${tookMs} ms`);
  }

  /** A jump is noticed at the next look, from which on the time counts anew. */
  #bound({ isBornHung }: EngineProcess, since: number): number {
    const tick = this.#limitMs / LOOKS_PER_LIMIT;
    return (isBornHung ? STARTING_FACTOR : 2) * this.#limitMs + (this.#jumpedAt > since ? 2 : 1) * tick;
  }
}
