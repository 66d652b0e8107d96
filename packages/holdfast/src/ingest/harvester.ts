import { dayOf, type Day } from '../model/day.ts';
import type { AuditWish } from '../audit/port.ts';
import type { AuditRun } from '../model/audit.ts';
import type { SourceStateName, WaitNotice } from '../model/event.ts';
import { stateDuring } from '../model/wait-state.ts';
import type { Window } from '../model/window.ts';
import type { Source } from '../sources/port.ts';
import { nextAuditJob, nextJob, type AgendaView, type Job } from './agenda.ts';
import { auditPorts } from './audit-ports.ts';
import { AvoidedWindows } from './avoided.ts';
import { DeadlyPages } from './deadly-pages.ts';
import type { LookDeps } from './deps.ts';
import { DueTimes, longestWait } from './due-times.ts';
import { waitAfter } from './failure-wait.ts';
import type { HarvestEnd, HarvesterOptions } from './harvester-options.ts';
import { lateness } from './lateness.ts';
import { look } from './look.ts';
import { Pauses } from './pauses.ts';
import { isDisks, untilWritable } from './persist.ts';
import { prepareSource } from './prepare.ts';
import { repair } from './repair.ts';
import { pausedReason, pausedSince, pauseNote, SourceMemory } from './source-memory.ts';
import { reopen } from './sweep.ts';

const HOUR_MS = 3_600_000;
/** Why a step of a harvester is cut short by itself: what it does next is decided anew. */
const TURNED = new Error('the harvester was told to do something else');

/**
 * Harvests one source: looks at its agenda, does one job, looks again; never two requests at once.
 *
 * Modes, as `state`: `catching-up` while windows are owed, `ok` while it waits for the next poll, `waiting`,
 * `throttled`, `blocked` or `offline` while something keeps it from asking, `paused` while a person does. Each wait
 * is announced, and ends early by `pollNow()` or `revive()` when it is our own.
 */
export class Harvester {
  readonly #options: HarvesterOptions;
  readonly #memory: SourceMemory;
  readonly #pauses: Pauses;
  readonly #avoided: AvoidedWindows;
  readonly #deadly: DeadlyPages;
  readonly #due: DueTimes;
  /** What was told last of a window whose page killed engines. */
  readonly #toldFates = new Map<string, string>();
  /** Windows whose look ended since the start of this harvester. */
  readonly #looked = new Set<string>();
  #source: Source;
  #isPlanned = false;
  /** Wall ms; null = not paused; undefined = the store was not asked yet. */
  #paused: number | null | undefined;
  #step = new AbortController();
  #serverDate: string | null = null;
  #failures = 0;
  #nextTail: number | null = null;
  #inTail = false;
  /** What it is looking at, in words. */
  #doing = '';
  /** Somebody asked for a poll before its time. */
  #polls = false;
  state: SourceStateName = 'catching-up';
  reason = 'starting';
  wait: WaitNotice | null = null;

  constructor(options: HarvesterOptions) {
    this.#options = options;
    this.#source = options.source;
    this.#memory = new SourceMemory(options.store, options.source);
    this.#pauses = new Pauses(options.clock);
    this.#avoided = new AvoidedWindows(options.clock);
    this.#deadly = new DeadlyPages(options.deadly ?? []);
    this.#due = new DueTimes(options.clock);
  }

  /** Runs until `signal` aborts or, when it is to end, until it is caught up or paused. @throws the signal's reason, or `ERR_STORE_FENCED` */
  async run(signal: AbortSignal): Promise<HarvestEnd> {
    for (;;) {
      signal.throwIfAborted();
      this.#step = new AbortController();
      const step = AbortSignal.any([signal, this.#step.signal]);
      try {
        const end = await this.#doNext(step);
        if (end !== null) return end;
      } catch (error) {
        signal.throwIfAborted();
        if (!step.aborted) throw error;
        this.wait = null;
      }
    }
  }

  /** A person or the feed says: try now. Ends our own waits, never one that an upstream asked for. */
  pollNow(): void {
    this.#polls = true;
    this.revive();
  }

  /** The network or the machine is back: what failed before says nothing any more, and our own waits end. */
  revive(): void {
    this.#failures = 0;
    this.#avoided.forget();
    this.#pauses.endAll();
  }

  /** Asks nothing more until `resume`, over restarts too. What is in hand is dropped and asked for again then. */
  async pause(): Promise<void> {
    const before = this.#paused;
    const since = before ?? this.#options.clock.now();
    this.#paused = since;
    if (before !== since) this.#step.abort(TURNED);
    this.become('paused', pausedReason(since));
    // Written again when it was so before: a full disk may not have taken it the first time.
    await this.#memory.change(pauseNote(since));
  }

  /** Goes on where it was paused. */
  async resume(): Promise<void> {
    if (this.#paused !== null) {
      this.#paused = null;
      this.#step.abort(TURNED);
      this.become('catching-up', 'resumed');
    }
    await this.#memory.change(pauseNote(null));
  }

  /** Begins an audit, or resumes the one under way; null when nothing is harvested that could be audited. */
  async audit(wish: AuditWish): Promise<AuditRun | null> {
    const run = (await this.#options.audits?.wish(wish, this.#source)) ?? null;
    if (run !== null) this.#pauses.endAll();
    return run;
  }

  /** Whether a person keeps it from asking. */
  get isPaused(): boolean {
    return typeof this.#paused === 'number';
  }

  /** The waits that the policy and the gate announce. The source counts as held up until a page arrives. */
  noteWait(wait: WaitNotice, ended: Promise<void> | null): void {
    this.wait = wait;
    const held = stateDuring(wait);
    if (held !== null) this.become(held, wait.reason);
    this.#options.emit({ kind: 'wait', at: this.#options.clock.now(), source: this.#source.id, wait });
    void ended?.then(() => {
      if (this.wait === wait) this.wait = null;
    });
  }

  /** Announces a change of state; the same state with the same reason is said once. */
  become(state: SourceStateName, reason: string): void {
    if (this.state === state && this.reason === reason) return;
    this.state = state;
    this.reason = reason;
    const at = this.#options.clock.now();
    this.#options.emit({ kind: 'state', at, source: this.#source.id, state, reason });
  }

  /** One step: a job, or the end of the run. An upstream that gives no answer is waited for. */
  async #doNext(signal: AbortSignal): Promise<HarvestEnd | null> {
    try {
      if (!this.#isPlanned || typeof this.#paused === 'number') return await this.#prepare(signal);
      const view = await this.#view();
      const { auditOnly, once } = this.#options;
      const job =
        auditOnly === undefined
          ? this.#lastResort(nextJob(view), view)
          : nextAuditJob({ ...view, repairs: auditOnly.repair });
      this.#polls = false;
      if (job.type === 'wait' && once && job.caughtUp) return await this.#end(job.caughtUp);
      await this.#perform(job, signal);
      this.#failures = 0;
    } catch (error) {
      signal.throwIfAborted();
      await this.#afterFailure(error, signal);
    }
    return null;
  }

  /** Plans windows, unless a person keeps the source paused. */
  async #prepare(signal: AbortSignal): Promise<HarvestEnd | null> {
    const remembered = await this.#write(() => this.#memory.read(), signal);
    if (this.#paused === undefined) this.#paused = pausedSince(remembered);
    if (this.#paused !== null) return this.#stayPaused(this.#paused, signal);
    this.#serverDate = remembered.watermark;
    const { store, fetcher, from, until } = this.#options;
    this.#source = await prepareSource(
      {
        store,
        fetcher,
        from,
        until,
        memory: this.#memory,
        source: this.#source,
        today: () => this.#today(),
        write: (work) => this.#write(work, signal),
      },
      remembered,
      signal,
    );
    this.#isPlanned = true;
    return null;
  }

  /** Until it is resumed. A run that is to end does not wait for a person. */
  async #stayPaused(since: number, signal: AbortSignal): Promise<HarvestEnd | null> {
    this.become('paused', pausedReason(since));
    if (this.#options.once) return this.#end(false);
    await this.#pauses.wait(HOUR_MS, signal);
    return null;
  }

  async #view(): Promise<AgendaView> {
    const { store, clock, startedAt, audits } = this.#options;
    const stored = await store.windows(this.#source.id);
    // Calendars are asked once, not for each of a long history's windows.
    const pollMs = this.#source.poll.next(clock.now()) - clock.now();
    const windows = stored.map((window) => ({ ...window, nextAt: this.#dueAt(window, pollMs) }));
    const gaps = (await store.gaps(this.#source.id)).map((gap) => ({
      ...gap,
      nextAt: this.#polls ? null : this.#due.dueAt(`gap ${gap.key}`, gap.nextAt, 24 * HOUR_MS),
    }));
    this.#due.keepOnly(new Set([...windows.map(({ key }) => key), ...gaps.map(({ key }) => `gap ${key}`)]));
    const setAside = stored.filter((window) => this.#deadly.fateOf(window) === 'set-aside');
    for (const window of setAside) this.#tellFate(window, 'set-aside');
    const avoided = new Map([
      ...setAside.map(({ key }) => [key, Number.POSITIVE_INFINITY] as const),
      ...this.#avoided.current(),
    ]);
    // A tail that others go before is no reason to interrupt them.
    this.#nextTail = windows.find(({ key, to }) => to === null && !avoided.has(key))?.nextAt ?? null;
    return {
      source: this.#source,
      windows,
      gaps,
      now: clock.now(),
      today: this.#today(),
      startedAt,
      looked: this.#looked,
      avoided,
      ...(audits === undefined ? {} : { audit: await audits.standing(stored) }),
    };
  }

  #dueAt(window: Window, pollMs: number): number | null {
    return this.#polls ? null : this.#due.dueAt(window.key, window.nextAt, longestWait(window, pollMs));
  }

  /** With nothing else to do, a page on which engines died is tried once more. */
  #lastResort(job: Job, { windows, avoided }: AgendaView): Job {
    if (job.type !== 'wait') return job;
    const window = windows.find(({ key }) => avoided.get(key) === Number.POSITIVE_INFINITY);
    return window === undefined ? job : { type: 'look', window, lane: window.lane };
  }

  async #perform(job: Job, signal: AbortSignal): Promise<void> {
    switch (job.type) {
      case 'look':
        return this.#look(job.window, signal);
      case 'sweep': {
        const write = <T>(work: () => Promise<T>): Promise<T> => this.#write(work, signal);
        return reopen(job.window, { ...this.#lookDeps(), today: this.#today(), write });
      }
      case 'repair': {
        this.become('catching-up', `${String(job.gaps.length)} missing records are asked for`);
        const carrier = (await this.#options.store.windows(this.#source.id)).at(0);
        if (carrier) await repair(job.gaps, carrier, this.#lookDeps(), signal);
        return;
      }
      case 'audit':
        this.become('catching-up', 'an audit');
        this.#inTail = false;
        return this.#options.audits?.turn(auditPorts(this.#lookDeps(), signal));
      case 'wait':
        return this.#rest(job, signal);
    }
  }

  async #look(window: Window, signal: AbortSignal): Promise<void> {
    this.#doing = `${window.stream} ${window.from} to ${window.to ?? 'now'}`;
    this.become('catching-up', this.#doing);
    this.#inTail = window.to === null;
    await this.#lookOrAvoid(window, signal);
    this.wait = null;
    if (window.to !== null) return;
    const tail = (await this.#options.store.sources()).find(({ id }) => id === this.#source.id);
    this.#serverDate = tail?.watermark ?? this.#serverDate;
  }

  async #lookOrAvoid(window: Window, signal: AbortSignal): Promise<void> {
    const fate = this.#deadly.fateOf(window);
    if (fate !== 'ordinary') this.#tellFate(window, fate === 'set-aside' ? 'tried-alone' : 'given-up');
    try {
      await look(window, this.#lookDeps(), signal);
      this.#avoided.forget(window.key);
      if (fate !== 'set-aside') return;
      this.#deadly.settle(window.key);
      this.#tellFate(window, 'settled');
    } catch (error) {
      if (!signal.aborted && !isDisks(error, signal)) this.#avoided.failed(window.key);
      throw error;
    }
  }

  #tellFate(window: Window, state: 'set-aside' | 'tried-alone' | 'given-up' | 'settled'): void {
    if (this.#toldFates.get(window.key) === state) return;
    // That it is set aside is told before anything else, once.
    if (state === 'set-aside' && this.#toldFates.has(window.key)) return;
    this.#toldFates.set(window.key, state);
    const at = this.#options.clock.now();
    const deaths = this.#deadly.deaths(window);
    const page = { source: this.#source.id, window: window.key, deaths };
    this.#options.emit({ kind: 'set-aside', at, ...page, state });
  }

  async #rest(job: Extract<Job, { type: 'wait' }>, signal: AbortSignal): Promise<void> {
    const { clock } = this.#options;
    const until = job.until ?? clock.now() + HOUR_MS;
    const reason = job.why === 'gap' ? 'a gap is tried again later' : 'caught up; waits for the next poll';
    await this.#judgeFreshness(job.caughtUp, reason);
    this.noteWait({ why: job.why, reason, until, attempt: 0, error: null }, null);
    // A day may become due, or late, before the next poll.
    for (let left = until - clock.now(); ; left -= HOUR_MS) {
      // Somebody may have asked for it while the lateness was looked up.
      if (this.#polls || (await this.#pauses.wait(Math.min(left, HOUR_MS), signal)) || left <= HOUR_MS) break;
      await this.#judgeFreshness(job.caughtUp, reason);
    }
    this.wait = null;
  }

  async #judgeFreshness(caughtUp: boolean, reason: string): Promise<void> {
    const stale = await lateness(this.#source, this.#options.store, this.#options.clock.now());
    this.become(stale === null ? (caughtUp ? 'ok' : 'waiting') : 'stale', stale ?? reason);
  }

  async #end(caughtUp: boolean): Promise<HarvestEnd> {
    const { clock, emit, store } = this.#options;
    const gaps = (await store.gaps(this.#source.id)).filter(({ state }) => state === 'open').length;
    const but = gaps === 0 ? '' : `, but ${String(gaps)} ${gaps === 1 ? 'gap is' : 'gaps are'} open`;
    const stale = caughtUp ? await lateness(this.#source, store, clock.now()) : null;
    const reason = caughtUp ? `${stale ?? 'caught up'}${but}` : `${this.reason}${but}`;
    if (caughtUp) this.become(stale === null ? 'ok' : 'stale', reason);
    emit({ kind: 'done', at: clock.now(), source: this.#source.id, caughtUp, reason });
    return { caughtUp };
  }

  /** The upstream gave no answer, or our disk refused: wait, growing, visibly. Whoever says `retry` ends the wait. */
  async #afterFailure(error: unknown, signal: AbortSignal): Promise<void> {
    this.#failures += 1;
    const { clock, random, isOffline } = this.#options;
    const tools = { clock, random, offline: isOffline?.() === true };
    const { notice, delayMs } = waitAfter(error, this.#failures, tools, signal);
    this.noteWait(notice, null);
    await this.#pauses.wait(delayMs, signal);
    this.wait = null;
  }

  #write<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    return untilWritable(this.#lookDeps(), work, signal, (wait) => this.noteWait(wait, null));
  }

  /** The upstream's day by its last answer; before the first one ours, or the day that it was known to have reached. */
  #today(): Day {
    const { clock, fetcher } = this.#options;
    if (fetcher.serverNow !== null) return dayOf(fetcher.serverNow);
    const ours = dayOf(clock.now());
    const theirs = this.#serverDate?.slice(0, 10) ?? ours;
    return theirs > ours ? theirs : ours;
  }

  #lookDeps(): LookDeps {
    const { store, clock, random, emit, uniqueId, fetcher, owner, onInHand, onCommitted } = this.#options;
    return {
      store,
      clock,
      random,
      emit: (event) => {
        if (event.kind === 'commit') this.become('catching-up', this.#doing);
        emit(event);
      },
      uniqueId,
      fetcher,
      owner,
      ...(onCommitted === undefined ? {} : { onCommitted }),
      source: this.#source,
      today: () => this.#today(),
      failingSince: (key) => this.#avoided.since(key),
      onWait: (wait) => this.noteWait(wait, null),
      onWritable: () => void (this.wait = this.wait?.why === 'disk' ? null : this.wait),
      onLooked: (key) => void this.#looked.add(key),
      onInHand: (page) => onInHand?.(page),
      deadly: this.#deadly,
      shouldYield: () =>
        this.#options.auditOnly === undefined &&
        !this.#inTail &&
        this.#nextTail !== null &&
        this.#nextTail <= clock.now(),
    };
  }
}
