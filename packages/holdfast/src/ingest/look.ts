import { dayOf, type Day } from '../model/day.ts';
import { rangeGapKey } from '../model/gap.ts';
import { phase } from '../model/phase.ts';
import { windowKey, type Window } from '../model/window.ts';
import type { PageRequest, Stream } from '../sources/port.ts';
import type { CommitResult, Lease, RawPage } from '../store/port.ts';
import { cutBackToServer } from './clock-refusal.ts';
import { conclude } from './conclude.ts';
import { NOTHING_LEARNT, type Conclusion, type EndOfLook, type Learnt } from './conclusion.ts';
import { pageAt } from './deadly-pages.ts';
import type { LookDeps } from './deps.ts';
import type { Fetched, Fetcher } from './fetcher.ts';
import { learnVersions } from './learn-versions.ts';
import { narrow, narrowDeadly, type Poisoned } from './poison.ts';
import { commitPage } from './persist.ts';
import { report } from './report.ts';
import { cutImpossibleStamps } from './stamps.ts';
import { pauseBefore } from './walk-pause.ts';
import { beginWalk, refresh, step, wanted, type Walk, type WalkContext } from './walk.ts';

/** How a look ended for now. */
export type LookOutcome = 'concluded' | 'yielded' | 'gone';

const LEASE_MS = 30 * 60_000;

/**
 * One look at one window, page by page: fetch, judge, commit; the cursor and what it covers are one
 * transaction. Resumes where the cursor stands. Ends concluded, or between two pages when asked to yield.
 *
 * @throws the fetcher's error when the upstream gives no answer and narrowing the window would not help
 */
export async function look(window: Window, deps: LookDeps, signal: AbortSignal): Promise<LookOutcome> {
  const lease = await deps.store.claim({ owner: deps.owner, window: window.key, ttlMs: LEASE_MS });
  if (lease === null) return 'gone';
  const run = new LookRun(lease, deps, signal);
  try {
    return await run.toItsEnd();
  } finally {
    await run.release();
  }
}

/**
 * The state of one running look: the walk in memory is always the one that the last commit made durable.
 */
class LookRun {
  readonly #lease: Lease;
  readonly #deps: LookDeps;
  readonly #signal: AbortSignal;
  readonly #context: WalkContext;
  readonly #stream: Stream;
  #cursor: string;
  #walk: Walk;
  #dropped = false;

  constructor(lease: Lease, deps: LookDeps, signal: AbortSignal) {
    this.#lease = lease;
    this.#deps = deps;
    this.#signal = signal;
    const { window } = lease;
    const stream = deps.source.streams.find(({ name }) => name === window.stream);
    if (!stream) throw new TypeError(`source ${window.source} has no stream ${window.stream}`);
    this.#stream = stream;
    // The second look at the tail covers the days that are over when the first look began.
    const range =
      window.to === null && window.look > 1
        ? { from: window.from, to: this.#serverDay(window.serverDate) }
        : window;
    this.#context = {
      source: deps.source,
      stream: window.stream,
      range,
      look: window.look,
      today: deps.today(),
    };
    this.#cursor = window.cursor;
    this.#walk = window.cursor === '' ? beginWalk(deps.clock.now()) : (JSON.parse(window.cursor) as Walk);
  }

  async toItsEnd(): Promise<LookOutcome> {
    for (;;) {
      this.#signal.throwIfAborted();
      this.#walk = refresh(this.#walk, this.#deps.clock.now());
      const request = wanted(this.#walk, this.#context);
      if (request === null) return this.#conclude();
      if (this.#deps.shouldYield()) return 'yielded';
      if (await this.#giveUpDeadly(request)) return 'concluded';
      await this.#pause();
      const fetched = await this.#fetch(request);
      if (fetched === 'narrowed') return 'concluded';
      if (fetched === 'moved') continue;
      if (await this.#cutBack(fetched)) return 'concluded';
      const walk = step(
        this.#walk,
        request,
        { reading: fetched.reading, at: this.#deps.clock.now() },
        this.#context,
      );
      await this.#commitPage(fetched, walk, request.url);
      this.#deps.onInHand(null);
    }
  }

  async release(): Promise<void> {
    this.#deps.onInHand(null);
    if (!this.#dropped) await this.#deps.store.release(this.#lease).catch(ignoreLostLease);
  }

  /** Repeats of a doubtful answer are spread, so that a passing outage does not agree with itself. */
  async #pause(): Promise<void> {
    const repeats = 'asked' in this.#walk ? this.#walk.asked : 0;
    const wait = pauseBefore(this.#walk, this.#deps.source.cooldownMs);
    if (wait === 0) return;
    const until = this.#deps.clock.now() + wait;
    this.#deps.onWait({
      why: 'confirm',
      reason: 'the end of the list is doubtful and is asked for again',
      until,
      attempt: repeats,
      error: null,
    });
    await this.#deps.clock.sleep(wait, { signal: this.#signal });
  }

  /** A page that killed engines even when it was tried alone is not read again: its window is narrowed around it. */
  async #giveUpDeadly(request: PageRequest): Promise<boolean> {
    const page = { ...this.#lease.window, cursor: this.#cursor };
    const { deadly } = this.#deps;
    if (deadly.fateOf(page) !== 'given-up') return false;
    await this.#commit(null, this.#walk, '', narrowDeadly(this.#poisoned(request), deadly.deaths(page)));
    return true;
  }

  #poisoned(request: PageRequest): Poisoned {
    return {
      window: this.#lease.window,
      walk: this.#walk,
      request,
      deps: this.#deps,
      context: this.#context,
      signal: this.#signal,
    };
  }

  async #fetch(request: Parameters<Fetcher['fetch']>[0]): Promise<Fetched | 'moved' | 'narrowed'> {
    const inHand = pageAt({ ...this.#lease.window, cursor: this.#cursor });
    try {
      phase('fetch');
      return await this.#deps.fetcher.fetch(request, this.#signal, () => this.#deps.onInHand(inHand));
    } catch (error) {
      this.#deps.onInHand(null);
      this.#signal.throwIfAborted();
      const narrowed = await narrow(error, this.#poisoned(request));
      if (narrowed === null) throw error;
      if ('walk' in narrowed) {
        await this.#commit(
          await this.#tryOnce(narrowed.before),
          narrowed.walk,
          JSON.stringify(narrowed.walk),
          {
            next: { cursor: '' },
          },
        );
        return 'moved';
      }
      await this.#commit(null, this.#walk, '', narrowed);
      return 'narrowed';
    }
  }

  /** A page that is worth having and not worth waiting for. */
  async #tryOnce(request: PageRequest | null): Promise<{ fetched: Fetched; url: string } | null> {
    if (request === null) return null;
    const fetched = await this.#deps.fetcher.tryOnce(request, this.#signal).catch(() => null);
    this.#signal.throwIfAborted();
    return fetched === null ? null : { fetched, url: request.url };
  }

  /** Our own clock was ahead of the upstream's: the window is cut back to the upstream's day. */
  async #cutBack({ reading, answer }: Fetched): Promise<boolean> {
    if (reading.type !== 'refused' || reading.cause !== 'clock') return false;
    const date = Date.parse(answer.headers['date'] ?? '');
    const conclusion = Number.isNaN(date)
      ? null
      : cutBackToServer(this.#lease.window, dayOf(date), this.#stream, this.#deps.clock.now());
    if (conclusion === null) return false;
    await this.#commit(null, this.#walk, '', conclusion);
    return true;
  }

  async #commitPage(fetched: Fetched, walk: Walk, url: string): Promise<void> {
    // A window that was sealed stays so while it is looked at again.
    const next =
      this.#lease.window.state === 'SEALED' ? { cursor: '' } : { cursor: '', state: 'FETCHING' as const };
    await this.#commit({ fetched, url }, walk, JSON.stringify(walk), { next });
  }

  async #commit(
    page: { fetched: Fetched; url: string } | null,
    walk: Walk,
    cursor: string,
    conclusion: Conclusion,
  ): Promise<CommitResult> {
    const reading = page?.fetched.reading.type === 'page' ? page.fetched.reading : null;
    const result = await commitPage(
      this.#deps,
      {
        ...conclusion,
        lease: this.#lease,
        batchId: this.#deps.uniqueId(),
        prev: this.#cursor,
        next: { ...conclusion.next, cursor },
        page: page === null || reading === null ? null : rawPage(page),
        items: cutImpossibleStamps(reading?.items ?? [], this.#context.today),
        bad: reading?.bad ?? [],
        at: this.#deps.clock.now(),
      },
      this.#signal,
      this.#deps.onWait,
    );
    this.#cursor = cursor;
    this.#walk = walk;
    this.#dropped = conclusion.drop === true;
    for (const key of lookedAt(this.#lease.window, conclusion)) this.#deps.onLooked(key);
    report(this.#deps, this.#lease.window, conclusion, result, reading);
    return result;
  }

  async #conclude(): Promise<LookOutcome> {
    const walk = this.#walk;
    if (walk.mode !== 'finished' && walk.mode !== 'stuck')
      throw new TypeError(`a walk that is ${walk.mode} has not ended`);
    const versions = await this.#learnVersions(walk);
    if (versions === null) return 'yielded';
    await this.#commit(null, walk, '', conclude(await this.#endOfLook(walk, versions)));
    return 'concluded';
  }

  /** Kept page by page before the look ends: a kill costs one request. */
  async #learnVersions({ mode }: EndOfLook['walk']): Promise<Learnt | null> {
    const { from, to } = this.#context.range;
    if (this.#context.look === 1 || mode !== 'finished' || to === null) return NOTHING_LEARNT;
    return learnVersions({ from, to }, this.#deps, this.#signal, async (fetched, url) => {
      await this.#commit({ fetched, url }, this.#walk, this.#cursor, { next: { cursor: '' } });
    });
  }

  async #endOfLook(walk: EndOfLook['walk'], versions: Learnt): Promise<EndOfLook> {
    const { window } = this.#lease;
    const gaps = await this.#deps.store.gaps(window.source);
    const range = gaps.find(({ key }) => key === rangeGapKey(window.stream, window));
    // A wall clock that was set back meanwhile cannot tell: one look more decides.
    const since =
      this.#deps.clock.now() < walk.progress.since ? Number.NEGATIVE_INFINITY : walk.progress.since;
    const foundMissing =
      window.look > 1 &&
      gaps.some(
        (gap) =>
          gap.id !== null && gap.state === 'open' && gap.since >= since && within(gap.datestamp, window),
      );
    const serverDate = window.look === 1 ? walk.progress.serverDate : window.serverDate;
    return {
      window,
      walk,
      stream: this.#stream,
      poll: this.#deps.source.poll,
      now: this.#deps.clock.now(),
      serverDay: serverDate === null ? null : this.#serverDay(serverDate),
      foundMissing,
      versions,
      gapSince: range?.since ?? null,
      lastAnswer: range?.lastAnswer ?? null,
    };
  }

  #serverDay(serverDate: string | null): Day {
    return serverDate === null ? this.#deps.today() : dayOf(Date.parse(serverDate));
  }
}

function rawPage({ fetched: { answer }, url }: { readonly fetched: Fetched; readonly url: string }): RawPage {
  return {
    bytes: answer.body,
    url,
    contentType: answer.headers['content-type'] ?? '',
    fetchedAt: answer.receivedAt,
  };
}

/** The windows in which the days of a look that has ended stand now. */
function lookedAt({ key, source, stream }: Window, { next, spawn = [] }: Conclusion): readonly string[] {
  const spawned = spawn.filter(({ lookedAt: at }) => at !== null);
  const ended = typeof next.lookedAt === 'number' || spawned.length > 0;
  return ended ? [key, ...spawned.map((range) => windowKey(source, stream, range))] : [];
}

function within(datestamp: string | null, window: Window): boolean {
  return datestamp !== null && datestamp >= window.from && (window.to === null || datestamp < window.to);
}

/** Another owner has taken the window since: it is not ours to release. */
function ignoreLostLease(error: unknown): void {
  if ((error as { code?: unknown } | null)?.code !== 'ERR_STORE_FENCED') throw error;
}
