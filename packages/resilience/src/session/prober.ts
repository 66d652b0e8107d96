import { awakeTimer } from '../clock/awake-timer.ts';
import type { Timer } from '../clock/clock.ts';
import { formatDuration } from '../clock/duration.ts';
import { TimeoutError } from '../policy/timeout/timeout-error.ts';
import type { Held } from './held.ts';
import { limited } from './limited.ts';
import { adapterVerdict } from './parts.ts';
import type { Parts } from './parts.ts';

/** What a probe has told. `gone`: the resource ended meanwhile. */
export type Answer = 'alive' | 'logged-out' | 'unreachable' | 'dead' | 'gone';

/** What lies between us and the peer: it says nothing about the resource. */
const ON_THE_WAY: readonly string[] = ['network', 'dns', 'tls', 'rate-limit'];

/**
 * Looks whether the peer of the published resource answers: one probe at a time, with two steps of patience. After
 * the first the session is suspect, after the second, or when the probe fails, the resource is lost.
 */
export class Prober<R, S, V> {
  readonly #parts: Parts<R, S, V>;
  #flight: { readonly held: Held<R>; readonly answer: Promise<Answer> } | undefined;
  #timer: Timer | undefined;

  constructor(parts: Parts<R, S, V>) {
    this.#parts = parts;
  }

  /** Probes on cadence until told to stop. */
  start(held: Held<R>): void {
    this.stop();
    const { clock, probe } = this.#parts.plan;
    if (probe.everyMs === Infinity) return;
    const due = (): void => {
      this.start(held);
      if (this.#parts.mode().kind === 'ready' && !this.#parts.busy()) void this.look(held, 'cadence');
    };
    this.#timer = clock.timer(probe.everyMs, due, { unref: true });
  }

  stop(): void {
    this.#timer?.cancel();
  }

  /** Probes, or joins the probe under way; has told the session when it resolves. Never rejects. */
  look(held: Held<R>, why: string): Promise<Answer> {
    if (this.#flight?.held === held) return this.#flight.answer;
    const flight = { held, answer: this.#look(held, why) };
    this.#flight = flight;
    return flight.answer;
  }

  async #look(held: Held<R>, why: string): Promise<Answer> {
    const { counters, plan } = this.#parts;
    const begun = plan.clock.monotonic();
    counters.probes += 1;
    const error = await this.#ask(held);
    const answer = held.signal.aborted ? 'gone' : this.#answer(error, held);
    if (this.#flight?.held === held) this.#flight = undefined;
    if (answer === 'gone') return answer;
    held.heardAt = plan.clock.monotonic();
    const silent = error?.failure instanceof TimeoutError && answer === 'dead';
    if (answer === 'dead') counters.failedProbes += 1;
    plan.emit(() => ({
      type: 'probe',
      session: plan.name,
      why,
      outcome: silent ? 'timeout' : error === undefined ? 'ok' : 'failed',
      durationMs: held.heardAt - begun,
    }));
    this.#tell(held, answer, error?.failure, silent);
    if (answer === 'alive') await this.#weigh(held);
    return answer;
  }

  /** Undefined when it answered. */
  async #ask(held: Held<R>): Promise<{ readonly failure: unknown } | undefined> {
    const { adapter, plan } = this.#parts;
    const { clock, probe } = plan;
    const { generation } = held;
    const patience = awakeTimer(clock, probe.deadlineMs, () => {
      const why = `a probe was not answered within ${formatDuration(probe.deadlineMs)}`;
      this.#parts.dispatch({ type: 'doubted', generation, why });
    });
    try {
      const ms = probe.deadlineMs + probe.patienceMs;
      await limited((signal) => adapter.probe(held.resource, { signal }), { clock, ms, signal: held.signal });
      return undefined;
    } catch (failure) {
      return { failure };
    } finally {
      patience.cancel();
    }
  }

  #answer(error: { readonly failure: unknown } | undefined, held: Held<R>): Answer {
    if (error === undefined) return 'alive';
    const verdict = adapterVerdict(this.#parts.adapter, error.failure, held.resource);
    if (verdict?.scope === 'auth' && this.#parts.adapter.auth !== undefined) return 'logged-out';
    return verdict?.scope === 'call' && ON_THE_WAY.includes(verdict.category) ? 'unreachable' : 'dead';
  }

  #tell(held: Held<R>, answer: Answer, failure: unknown, silent: boolean): void {
    const { generation } = held;
    if (answer === 'dead') {
      const detail = failure instanceof Error ? failure.message : String(failure);
      const cause = silent ? 'probe-timeout' : 'probe-failed';
      this.#parts.lose(held, { cause, detail, error: failure });
    } else if (answer === 'logged-out') {
      this.#parts.dispatch({ type: 'login-expired', generation, reason: 'a probe found nobody logged in' });
    } else {
      this.#parts.dispatch({ type: 'answered', generation });
    }
  }

  /** What the resource costs: noted for losses, and a reason to recycle it. */
  async #weigh(held: Held<R>): Promise<void> {
    const { adapter, plan } = this.#parts;
    if (adapter.usage === undefined) return;
    try {
      const usage = await limited((signal) => adapter.usage?.(held.resource, { signal }), {
        clock: plan.clock,
        ms: plan.probe.deadlineMs,
        signal: held.signal,
      });
      held.rssBytes = usage?.rssBytes;
    } catch {
      // Not known this time: usage alone is no sign of trouble, the probe has just been answered.
      return;
    }
    const rss = held.rssBytes ?? 0;
    if (rss > plan.recycle.maxRssBytes) {
      this.#parts.dispatch({ type: 'recycle', reason: `it uses ${String(rss)} bytes` });
    }
  }
}
