import { awakeTimer } from '../clock/awake-timer.ts';
import { TimeoutError } from '../policy/timeout/timeout-error.ts';
import { Held } from './held.ts';
import { limited } from './limited.ts';
import type { LoginKeeper } from './login-keeper.ts';
import type { HumanRequest } from './needs-human-error.ts';
import { verdictOf } from './parts.ts';
import type { Parts } from './parts.ts';
import { humanRequestOf } from './session-errors.ts';
import { SessionLostError } from './session-lost-error.ts';
import type { Course } from './machine-types.ts';
import type { SnapshotKeeper } from './snapshot-keeper.ts';

/** What a try may build on. */
export interface Before<R> {
  /** The resource that is replaced. */
  readonly old: Held<R> | undefined;
  /** The resource of the same try, before a person was asked. */
  readonly kept: Held<R> | undefined;
}

/** How a try ended. What failed is closed already. */
export type Outcome<R> =
  | {
      readonly kind: 'made';
      readonly held: Held<R>;
      readonly how: 'open' | 'reattach';
      readonly durationMs: number;
    }
  | { readonly kind: 'human'; readonly held: Held<R>; readonly request: HumanRequest }
  | { readonly kind: 'failed'; readonly error: unknown };

type Stage = 'reattach' | 'open' | 'login' | 'probe';

/** One try as it goes: its stage, what it has in hand, and the signal that ends it. */
interface Run<R> {
  stage: Stage;
  how: 'open' | 'reattach';
  held: Held<R> | undefined;
  readonly signal: AbortSignal;
  readonly stop: (reason: unknown) => void;
}

/**
 * Makes one try at a generation: reattach where the peer may live, else open with the last snapshot; listen for
 * losses; make sure that somebody is logged in; probe. Ends at the deadline, on a loss, or when told to.
 */
export class Opening<R, S, V> {
  readonly #parts: Parts<R, S, V>;
  readonly #logins: LoginKeeper<R, S, V>;
  readonly #snapshots: SnapshotKeeper<R, S, V>;

  constructor(parts: Parts<R, S, V>, logins: LoginKeeper<R, S, V>, snapshots: SnapshotKeeper<R, S, V>) {
    this.#parts = parts;
    this.#logins = logins;
    this.#snapshots = snapshots;
  }

  /** Makes the try; never rejects. */
  async make(course: Course, before: Before<R>, signal: AbortSignal): Promise<Outcome<R>> {
    const { clock, openDeadlineMs } = this.#parts.plan;
    const begun = clock.monotonic();
    const stop = new AbortController();
    const onAbort = (): void => stop.abort(signal.reason);
    const timer = awakeTimer(clock, openDeadlineMs, () =>
      stop.abort(new TimeoutError('ERR_TIMEOUT_ATTEMPT', openDeadlineMs)),
    );
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
    const run: Run<R> = {
      stage: 'open',
      how: 'open',
      held: undefined,
      signal: stop.signal,
      stop: (reason) => stop.abort(reason),
    };
    try {
      const steps = (): Promise<Held<R>> => this.#steps(run, course, before);
      const held = await limited(steps, { clock, ms: Infinity, signal: run.signal });
      stop.signal.throwIfAborted();
      return { kind: 'made', held, how: run.how, durationMs: clock.monotonic() - begun };
    } catch (error) {
      return await this.#failed(run, course, error);
    } finally {
      timer.cancel();
      signal.removeEventListener('abort', onAbort);
      this.#leaveOld(before.old);
    }
  }

  async #steps(run: Run<R>, course: Course, before: Before<R>): Promise<Held<R>> {
    const held = await this.#resource(run, course, before);
    run.stage = 'login';
    const reason = course.loss === null ? 'a new resource was opened' : `recovery after ${course.loss.cause}`;
    const loggedIn = await this.#logins.ensure(held, run.signal, reason);
    run.stage = 'probe';
    await this.#probe(held, run);
    // A person may have logged in by hand.
    if (loggedIn || held === before.kept) await this.#snapshots.take(held, 'login');
    return held;
  }

  async #resource(run: Run<R>, course: Course, { old, kept }: Before<R>): Promise<Held<R>> {
    if (kept !== undefined && !kept.signal.aborted) return this.#watched(kept, run);
    const reattached = await this.#reattach(run, course, old);
    if (reattached !== undefined) return reattached;
    run.stage = 'open';
    const orderly = (this.#parts.adapter.replace ?? 'close-then-open') === 'close-then-open';
    this.#closeOld(old, orderly);
    // A process that has ended holds nothing that the new one could need: what is left of it is cleared meanwhile.
    const ended = old?.report?.cause === 'process-exit' ? old : undefined;
    if (orderly) await limited(() => this.#parts.closer.running(ended), this.#limit(run));
    return this.#open(run, course);
  }

  /** Closes what is replaced: at once when it is lost, and before the new one is opened where that is the order. */
  #closeOld(old: Held<R> | undefined, orderly: boolean): void {
    if (old === undefined || old.reattached) return;
    const isLost = old.signal.aborted;
    if (isLost || orderly) void this.#parts.closer.close(old, { force: isLost });
  }

  async #reattach(run: Run<R>, course: Course, old: Held<R> | undefined): Promise<Held<R> | undefined> {
    const { adapter, plan } = this.#parts;
    const { loss } = course;
    if (adapter.reattach === undefined || old === undefined || loss === null) return undefined;
    // A try that goes on after a person was asked has left the old peer behind.
    const gone = old.reattached || this.#parts.closer.has(old);
    if (gone || course.attempt !== 1 || !mayReattach(loss.cause)) return undefined;
    run.stage = 'reattach';
    try {
      const resource = await limited((signal) => adapter.reattach?.(old.resource, { signal, loss }), {
        clock: plan.clock,
        ms: plan.probe.deadlineMs,
        signal: run.signal,
        late: (late) => this.#abandon(late, course),
      });
      if (resource === undefined) return undefined;
      run.how = 'reattach';
      const held = this.#hold(resource, run, course);
      old.reattached = true;
      old.unwatch();
      return held;
    } catch (error) {
      if (run.signal.aborted) throw error;
      this.#tellFailure(course, 'reattach', error, old.resource);
      return undefined;
    }
  }

  async #open(run: Run<R>, course: Course): Promise<Held<R>> {
    const { adapter } = this.#parts;
    const restore = await this.#snapshots.last(run.signal);
    const { generation, attempt } = course;
    const call = async (signal: AbortSignal): Promise<R> =>
      adapter.open({ generation, attempt, signal, ...(restore === undefined ? {} : { restore }) });
    const opened = Promise.withResolvers<void>();
    this.#parts.closer.track(opened.promise);
    const resource = await limited((signal) => call(signal).finally(() => opened.resolve()), {
      ...this.#limit(run),
      late: (late) => this.#abandon(late, course),
    });
    return this.#hold(resource, run, course);
  }

  #hold(resource: R, run: Run<R>, course: Course): Held<R> {
    const held = new Held(resource, course.generation, this.#parts.plan.clock.monotonic());
    run.held = held;
    held.watch((peer, lost) => this.#parts.adapter.watch(peer, lost));
    return this.#watched(held, run);
  }

  /** From here on a loss ends the try. */
  #watched(held: Held<R>, run: Run<R>): Held<R> {
    run.held = held;
    const lost = (report: NonNullable<typeof held.report>): void => {
      const { generation } = held;
      run.stop(
        new SessionLostError({ session: this.#parts.plan.name, generation, report, scope: 'session' }),
      );
    };
    held.listener = lost;
    if (held.report !== undefined) lost(held.report);
    return held;
  }

  async #probe(held: Held<R>, run: Run<R>): Promise<void> {
    const { adapter, counters, plan } = this.#parts;
    counters.probes += 1;
    try {
      await limited((signal) => adapter.probe(held.resource, { signal }), {
        clock: plan.clock,
        ms: plan.probe.deadlineMs + plan.probe.patienceMs,
        signal: run.signal,
      });
    } catch (error) {
      counters.failedProbes += 1;
      throw error;
    }
    held.heardAt = plan.clock.monotonic();
  }

  async #failed(run: Run<R>, course: Course, error: unknown): Promise<Outcome<R>> {
    const { held } = run;
    const request = humanRequestOf(error);
    if (request !== undefined && held !== undefined && !run.signal.aborted) {
      return { kind: 'human', held, request };
    }
    if (held !== undefined) {
      const force = held.report !== undefined || run.signal.aborted || error instanceof TimeoutError;
      await this.#parts.closer.close(held, { force });
    }
    this.#tellFailure(course, run.stage, error, held?.resource);
    return { kind: 'failed', error };
  }

  /** What is lost and was not reattached is closed, also when the try was cut off before it came to that. */
  #leaveOld(old: Held<R> | undefined): void {
    if (old === undefined || !old.signal.aborted || old.reattached) return;
    void this.#parts.closer.close(old, { force: true });
  }

  #abandon(resource: R | undefined, course: Course): void {
    if (resource === undefined) return;
    const held = new Held(resource, course.generation, this.#parts.plan.clock.monotonic());
    void this.#parts.closer.close(held, { force: true });
  }

  #tellFailure(course: Course, stage: Stage, error: unknown, resource: R | undefined): void {
    const { adapter, counters, plan } = this.#parts;
    const { generation, attempt } = course;
    if (stage !== 'reattach') counters.failedOpens += 1;
    const verdict = verdictOf(adapter, error, resource);
    plan.emit(() => ({
      type: 'open-failed',
      session: plan.name,
      generation,
      attempt,
      stage,
      verdict,
      error,
    }));
  }

  #limit(run: Run<R>): { clock: Parts<R, S, V>['plan']['clock']; ms: number; signal: AbortSignal } {
    return { clock: this.#parts.plan.clock, ms: Infinity, signal: run.signal };
  }
}

/** Whether a peer may have survived such a loss. */
export function mayReattach(cause: string): boolean {
  return cause !== 'process-exit';
}
