import { classify, type Verdict } from '@holdfast/resilience';
import { dayOf, type Day } from '../model/day.ts';
import type { SourceStateName, WaitNotice } from '../model/event.ts';
import { stateDuring } from '../model/wait-state.ts';
import type { Window } from '../model/window.ts';
import type { Description, Source } from '../sources/port.ts';
import type { SourceState } from '../store/port.ts';
import { nextJob, type AgendaView, type Job } from './agenda.ts';
import { codeOf, type Fetcher } from './fetcher.ts';
import { look } from './look.ts';
import { untilWritable } from './persist.ts';
import { planStream, resolveFrom } from './plan.ts';
import { repair } from './repair.ts';
import { AvoidedWindows } from './avoided.ts';
import type { IngestDeps, LookDeps } from './deps.ts';
import { Pauses } from './pauses.ts';

/** What harvests one source, and from when to when. */
export interface HarvesterOptions extends IngestDeps {
  readonly source: Source;
  readonly fetcher: Fetcher;
  /** `from` of the configuration: `30d`, a day, or `all`. */
  readonly from: string;
  /** Last day wanted, exclusive; null = for ever. */
  readonly until: Day | null;
  /** Ends when caught up instead of harvesting for ever. */
  readonly once: boolean;
  /** Wall ms: a tail that was walked before has to be walked again; 0 = it waits for its next poll. */
  readonly startedAt: number;
  readonly owner: string;
}

/** How a run that ends came to its end. */
export interface HarvestEnd {
  /** Nothing is owed but gaps and quarantined records, which are visible. */
  readonly caughtUp: boolean;
}

/**
 * Harvests one source: looks at its agenda, does one job, looks again; never two requests at once.
 *
 * Modes, as `state`: `catching-up` while windows are owed, `ok` while it waits for the next poll, `waiting`,
 * `throttled`, `blocked` or `offline` while something keeps it from asking. Each wait is announced, and ends
 * early by `wake()` when it is our own.
 */
export class Harvester {
  readonly #options: HarvesterOptions;
  #source: Source;
  readonly #pauses: Pauses;
  readonly #avoided = new AvoidedWindows();
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
    this.#pauses = new Pauses(options.clock);
  }

  /** Runs until `signal` aborts or, when it is to end, until it is caught up. @throws the signal's reason, or `ERR_STORE_FENCED` */
  async run(signal: AbortSignal): Promise<HarvestEnd> {
    await this.#prepare(signal);
    for (;;) {
      signal.throwIfAborted();
      const job = nextJob(await this.#view());
      this.#polls = false;
      if (job.type === 'wait' && this.#options.once && job.caughtUp) return this.#end(job);
      try {
        await this.#perform(job, signal);
        this.#failures = 0;
      } catch (error) {
        signal.throwIfAborted();
        await this.#afterFailure(error, signal);
      }
    }
  }

  /** A person, the network or the machine says: try now. Ends our own waits, never one that an upstream asked for. */
  pollNow(): void {
    this.#polls = true;
    this.#avoided.forget();
    this.#pauses.endAll();
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
    this.#options.emit({
      kind: 'state',
      at: this.#options.clock.now(),
      source: this.#source.id,
      state,
      reason,
    });
  }

  /** Plans windows. An upstream that must describe itself first is waited for like any other request. */
  async #prepare(signal: AbortSignal): Promise<void> {
    for (;;) {
      try {
        const remembered = await this.#write(
          () => this.#options.store.putSource(this.#source.id, this.#source.kind, {}),
          signal,
        );
        this.#serverDate = remembered.watermark;
        await this.#plan(await this.#describe(remembered, signal), signal);
        return;
      } catch (error) {
        signal.throwIfAborted();
        await this.#afterFailure(error, signal);
      }
    }
  }

  /** Asks a repository once what it says of itself: its earliest day and the granularity of its dates. */
  async #describe(remembered: SourceState, signal: AbortSignal): Promise<SourceState> {
    const request = this.#source.identify();
    if (request === null || this.#source.withDescription === undefined) return remembered;
    const known = remembered.memory['description'] as Description | undefined;
    const description = known ?? (await this.#options.fetcher.describe(request, signal));
    if (description === null) return remembered;
    this.#source = this.#source.withDescription(description);
    if (known !== undefined) return remembered;
    const memory = { ...remembered.memory, description };
    return this.#write(
      () => this.#options.store.putSource(this.#source.id, this.#source.kind, { memory }),
      signal,
    );
  }

  async #plan(remembered: SourceState, signal: AbortSignal): Promise<void> {
    const { store, from, until } = this.#options;
    const today = this.#today();
    const earliest = this.#source.streams[0]?.earliest ?? null;
    const wanted = resolveFrom(from, today, earliest);
    // `30d` is resolved once: the same setting tomorrow must not be a later day, nor a new plan.
    const sameSetting = remembered.memory['from'] === from && remembered.from !== null;
    const first =
      sameSetting || (remembered.from !== null && remembered.from < wanted)
        ? (remembered.from ?? wanted)
        : wanted;
    const existing = await store.windows(this.#source.id);
    const windows = this.#source.streams.flatMap((stream) =>
      planStream({ source: this.#source.id, stream, from: first, until, today, existing }),
    );
    await this.#write(() => store.plan(windows), signal);
    await this.#write(
      () =>
        store.putSource(this.#source.id, this.#source.kind, {
          from: first,
          memory: { ...remembered.memory, from },
        }),
      signal,
    );
  }

  async #view(): Promise<AgendaView> {
    const { store, clock, startedAt } = this.#options;
    const windows = (await store.windows(this.#source.id)).map((window) =>
      this.#polls ? { ...window, nextAt: null } : window,
    );
    const gaps = (await store.gaps(this.#source.id)).map((gap) =>
      this.#polls ? { ...gap, nextAt: null } : gap,
    );
    const avoided = this.#avoided.current(clock.now());
    // A tail that others go before is no reason to interrupt them.
    this.#nextTail = windows.find(({ key, to }) => to === null && !avoided.has(key))?.nextAt ?? null;
    return {
      source: this.#source,
      windows,
      gaps,
      now: clock.now(),
      today: this.#today(),
      startedAt,
      avoided,
    };
  }

  async #perform(job: Job, signal: AbortSignal): Promise<void> {
    switch (job.type) {
      case 'look':
        return this.#look(job.window, signal);
      case 'sweep':
        await this.#reopen(job.window, signal);
        return;
      case 'repair': {
        this.become('catching-up', `${String(job.gaps.length)} missing records are asked for`);
        const carrier = (await this.#options.store.windows(this.#source.id)).at(0);
        if (carrier) await repair(job.gaps, carrier, this.#lookDeps(), signal);
        return;
      }
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
    try {
      await look(window, this.#lookDeps(), signal);
      this.#avoided.forget(window.key);
    } catch (error) {
      this.#avoided.failed(window.key, this.#options.clock.now());
      throw error;
    }
  }

  /** A sweep is one more look at a window that was verified before. */
  async #reopen(window: Window, signal: AbortSignal): Promise<void> {
    const { store, owner, uniqueId, clock } = this.#options;
    const lease = await store.claim({ owner, window: window.key, ttlMs: 60_000 });
    if (lease === null) return;
    const secondLook = this.#source.streams.find(({ name }) => name === window.stream)?.secondLook ?? false;
    const next = secondLook
      ? { cursor: '', state: 'SEALED' as const }
      : { cursor: '', state: 'OPEN' as const, look: 1 };
    await this.#write(
      () =>
        store.commit({
          lease,
          batchId: uniqueId(),
          prev: window.cursor,
          next: { ...next, nextAt: null, reason: 'swept' },
          page: null,
          items: [],
          bad: [],
          at: clock.now(),
        }),
      signal,
    );
    await store.release(lease);
  }

  async #rest(job: Extract<Job, { type: 'wait' }>, signal: AbortSignal): Promise<void> {
    const { clock } = this.#options;
    const until = job.until ?? clock.now() + 3_600_000;
    const reason = job.why === 'gap' ? 'a gap is tried again later' : 'caught up; waits for the next poll';
    const stale = await this.#lateness();
    this.become(stale === null ? (job.caughtUp ? 'ok' : 'waiting') : 'stale', stale ?? reason);
    this.noteWait({ why: job.why, reason, until, attempt: 0, error: null }, null);
    await this.#pauses.wait(until - clock.now(), signal);
    this.wait = null;
  }

  /** Why the source counts as late: silence is not success where a calendar says that something should be there. */
  async #lateness(): Promise<string | null> {
    const expected = this.#source.poll.expectedDay(this.#options.clock.now());
    if (expected === null) return null;
    const { perSource } = await this.#options.store.stats();
    const newest =
      perSource.find(({ source }) => source === this.#source.id)?.newestDatestamp?.slice(0, 10) ?? null;
    if (newest !== null && newest >= expected) return null;
    return `nothing newer than ${newest ?? 'the beginning'} although ${expected} should have been announced`;
  }

  async #end(job: Extract<Job, { type: 'wait' }>): Promise<HarvestEnd> {
    const { clock, emit, store } = this.#options;
    const stale = await this.#lateness();
    const gaps = (await store.gaps(this.#source.id)).filter(({ state }) => state === 'open').length;
    const but = gaps === 0 ? '' : `, but ${String(gaps)} ${gaps === 1 ? 'gap is' : 'gaps are'} open`;
    const reason = `${stale ?? 'caught up'}${but}`;
    this.become(stale === null ? 'ok' : 'stale', reason);
    emit({ kind: 'done', at: clock.now(), source: this.#source.id, caughtUp: job.caughtUp, reason });
    return { caughtUp: job.caughtUp };
  }

  /** The upstream gave no answer: wait, growing, visibly. Whoever says `retry` ends the wait. */
  async #afterFailure(error: unknown, signal: AbortSignal): Promise<void> {
    const verdict = classify(error, { signal });
    if (!isUpstream(verdict) && codeOf(error) !== 'ERR_UPSTREAM_BLOCKED') throw error;
    this.#failures += 1;
    const { clock, random } = this.#options;
    const ceiling = Math.min(2 ** Math.min(this.#failures, 20) * 1000, 300_000);
    const delay = ceiling / 2 + random.next() * (ceiling / 2);
    const message = error instanceof Error ? error.message : String(error);
    const offline = verdict.category === 'dns';
    this.become(offline ? 'offline' : 'waiting', message);
    const notice: WaitNotice = {
      why: offline ? 'offline' : 'backoff',
      reason: message,
      until: Math.ceil(clock.now() + delay),
      attempt: this.#failures,
      error: { code: codeOf(error), message, hint: 'Nothing to do: it is tried again by itself.' },
    };
    this.noteWait(notice, null);
    await this.#pauses.wait(delay, signal);
    this.wait = null;
  }

  #write<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    return untilWritable(this.#options, work, signal, (wait) => this.noteWait(wait, null));
  }

  /** The upstream's day by its last answer; before the first one ours, or the day that it was known to have reached. */
  #today(): Day {
    const { clock, fetcher } = this.#options;
    if (fetcher.aheadMs !== null) return dayOf(clock.now() + fetcher.aheadMs);
    const ours = dayOf(clock.now());
    const theirs = this.#serverDate?.slice(0, 10) ?? ours;
    return theirs > ours ? theirs : ours;
  }

  #lookDeps(): LookDeps {
    const { store, clock, random, emit, uniqueId, fetcher, owner } = this.#options;
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
      source: this.#source,
      today: () => this.#today(),
      failingSince: (key) => this.#avoided.since(key),
      onWait: (wait) => this.noteWait(wait, null),
      shouldYield: () => !this.#inTail && this.#nextTail !== null && this.#nextTail <= clock.now(),
    };
  }
}

function isUpstream({ category }: Verdict): boolean {
  return ['network', 'dns', 'tls', 'timeout', 'rate-limit', 'auth-expired', 'permanent', 'unknown'].includes(
    category,
  );
}
