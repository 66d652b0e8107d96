import type { AuditRun } from '../../model/audit.ts';
import type { Window } from '../../model/window.ts';
import type { Source } from '../../sources/port.ts';
import type { Store } from '../../store/port.ts';
import type { AuditPorts, AuditStanding, AuditWish, SourceAudits } from '../port.ts';
import { beginRun, noteOf } from './begin-run.ts';
import { nextEvent } from './next-event.ts';
import { progressOf, type AuditProgress } from './progress.ts';
import { settledRange } from './settled-range.ts';
import type { AuditEvent } from './event.ts';
import { transition } from './transition.ts';

/** What audits one source. */
export interface AuditorOptions {
  readonly store: Pick<Store, 'audits' | 'putAudit' | 'windows'>;
  readonly source: Source;
  /** Wall ms. */
  readonly now: () => number;
  /** 0 up to 1. */
  readonly chance: () => number;
  readonly uniqueId: () => string;
  /** So long after its last audit began a source is audited anew, ms; null = only when asked. */
  readonly every: number | null;
  /** Requests of one turn. */
  readonly budget: number;
  /** Audits go on, and begin, only when somebody asks. */
  readonly onlyWhenAsked: boolean;
  readonly onRun?: (run: AuditRun) => void;
}

/** A budget that is used up comes again after so long, ms. */
const TURN_MS = 3_600_000;
/** A request that failed so often, while others are answered, is given up. */
const TRIES = 3;
const NONE: AuditStanding = { ready: false, underWay: false, due: false, nextAt: null };
const FIRST_PAUSE_MS = 30_000;
const LONGEST_PAUSE_MS = 3_600_000;

/**
 * The audits of one source, one at a time. Modes: idle, `running`, or `paused` until its next turn. Where it stands is
 * in the store before each request, so a kill costs one request, which is counted.
 */
export class SourceAuditor implements SourceAudits {
  readonly #options: AuditorOptions;
  /** The last one; undefined: the store was not asked yet. */
  #run: AuditRun | null | undefined;
  /** Asked for by somebody since the start. */
  #isWished = false;
  /** After failures it is not tried before this instant, so that nothing else waits for it; wall ms. */
  #notBefore = 0;

  constructor(options: AuditorOptions) {
    this.#options = options;
  }

  async standing(windows: readonly Window[]): Promise<AuditStanding> {
    const { now, every, onlyWhenAsked, source } = this.#options;
    const run = await this.#last();
    if (source.inventory === undefined || (onlyWhenAsked && !this.#isWished)) return NONE;
    if (run !== null && run.state !== 'ended') {
      const at = Math.max(progressOf(run).resumeAt ?? 0, this.#notBefore);
      // A wall clock that was set back does not make a turn longer than it is.
      const ready = at <= now() || at > now() + TURN_MS;
      return { ready, underWay: run.state === 'running', due: false, nextAt: ready ? null : at };
    }
    if (every === null || onlyWhenAsked) return NONE;
    const begun = run?.startedAt ?? 0;
    const due = Math.abs(now() - begun) >= every;
    const possible = settledRange(windows, source.streams) !== null;
    return { ...NONE, due: due && possible, nextAt: due ? null : begun + every };
  }

  async wish({ repair, budget = this.#options.budget }: AuditWish, source: Source): Promise<AuditRun | null> {
    this.#isWished = true;
    this.#notBefore = 0;
    const run = await this.#last();
    if (run === null || run.state === 'ended') return this.#begin(source, repair, budget);
    const progress: AuditProgress = { ...progressOf(run), repair, spent: 0, resumeAt: null };
    return this.#save({ ...run, state: 'running', budget, progress }, (each) => this.#put(each));
  }

  async turn(ports: AuditPorts): Promise<void> {
    const { budget, source } = this.#options;
    let run = await this.#last();
    if (run === null || run.state === 'ended') run = await this.#begin(ports.source, true, budget);
    if (run === null) throw new TypeError(`nothing of ${source.id} can be audited`);
    if (run.state === 'paused')
      run = { ...run, state: 'running', progress: { ...progressOf(run), spent: 0, resumeAt: null } };
    const { at } = progressOf(run).step;
    while (run.state === 'running' && progressOf(run).step.at === at && !ports.shouldYield())
      run = await this.#advance(run, ports);
  }

  /** One request, or none where the store alone is asked. */
  async #advance(run: AuditRun, ports: AuditPorts): Promise<AuditRun> {
    const progress = progressOf(run);
    if (progress.spent >= run.budget) return this.#pause(run, ports);
    const { requests } = run;
    const { spent } = progress;
    // Noted before it is sent: a kill must not make a turn longer.
    const noted = await this.#save(counted(run, { requests: requests + 1, spent: spent + 1 }), ports.save);
    const before = ports.sent();
    const event = await this.#event(noted, ports).catch(async (error: unknown) => {
      ports.signal.throwIfAborted();
      const sent = Math.max(ports.sent() - before, 1);
      const failures = progress.failures + 1;
      const failed = counted(run, { requests: requests + sent, spent: spent + sent }, failures);
      await this.#save(failed, ports.save);
      const pause = Math.min(FIRST_PAUSE_MS * 2 ** (failures - 1), LONGEST_PAUSE_MS);
      this.#notBefore = this.#options.now() + pause;
      throw error;
    });
    const sent = ports.sent() - before;
    const now = this.#options.now();
    const next = transition(counted(run, { requests: requests + sent, spent: spent + sent }), event);
    const step = progressOf(next).step;
    const note = next.state === 'ended' ? next.note : noteOf(step);
    this.#notBefore = 0;
    return this.#save({ ...next, note, endedAt: next.state === 'ended' ? now : null }, ports.save);
  }

  /** What fails again and again, while the upstream answers another request, is passed over: it is told in the end. */
  async #event(run: AuditRun, ports: AuditPorts): Promise<AuditEvent> {
    const before = ports.sent();
    try {
      return await nextEvent(run, ports);
    } catch (error) {
      ports.signal.throwIfAborted();
      const { failures, spent } = progressOf(run);
      const isLast = failures + 1 >= TRIES;
      // The request in hand is noted as one; what it was repeated counts too.
      const left = run.budget - (spent - 1) - (ports.sent() - before);
      if (!isLast || left < 1 || error instanceof TypeError || !(await ports.answers())) throw error;
      return { type: 'failed', why: error instanceof Error ? error.message : String(error) };
    }
  }

  #pause(run: AuditRun, { save }: AuditPorts): Promise<AuditRun> {
    const progress: AuditProgress = { ...progressOf(run), resumeAt: this.#options.now() + TURN_MS };
    const note = `its ${String(run.budget)} requests are used up; it goes on in an hour, or when it is asked for`;
    return this.#save({ ...run, state: 'paused', note, progress }, save);
  }

  async #begin(source: Source, repair: boolean, budget: number): Promise<AuditRun | null> {
    const { store, chance, uniqueId, now } = this.#options;
    const range = settledRange(await store.windows(source.id), source.streams);
    if (range === null || source.inventory === undefined) return null;
    const before = await this.#last();
    const run = beginRun({
      id: uniqueId(),
      source,
      range,
      repair,
      budget,
      before,
      chance: chance(),
      now: now(),
    });
    await this.#save(run, (each) => this.#put(each));
    // What it learnt is the new one's; keeping it twice would only fill the store.
    if (before !== null)
      await this.#put({ ...before, progress: { ...progressOf(before), holes: {}, settled: {} } });
    return run;
  }

  async #last(): Promise<AuditRun | null> {
    this.#run ??= (await this.#options.store.audits(this.#options.source.id))[0] ?? null;
    return this.#run;
  }

  #put(run: AuditRun): Promise<void> {
    return this.#options.store.putAudit(run);
  }

  async #save(run: AuditRun, save: (run: AuditRun) => Promise<void>): Promise<AuditRun> {
    await save(run);
    this.#run = run;
    this.#options.onRun?.(run);
    return run;
  }
}

function counted(
  run: AuditRun,
  { requests, spent }: { readonly requests: number; readonly spent: number },
  failures = progressOf(run).failures,
): AuditRun {
  return { ...run, requests, progress: { ...progressOf(run), spent, failures } };
}
