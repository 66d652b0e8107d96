import type { Held } from './held.ts';
import type { LoginKeeper } from './login-keeper.ts';
import { LoginRefusedError } from './login-refused-error.ts';
import type { Course, Failed } from './machine-types.ts';
import { Opening } from './opening.ts';
import type { Before, Outcome } from './opening.ts';
import { verdictOf } from './parts.ts';
import type { Parts } from './parts.ts';
import { humanRequestOf } from './session-errors.ts';
import { SessionLostError } from './session-lost-error.ts';
import type { Prober } from './prober.ts';
import type { SnapshotKeeper } from './snapshot-keeper.ts';

/** What a try made, before the machine has taken it over. */
export type Made<R> = Extract<Outcome<R>, { readonly kind: 'made' }>;

/** Who takes over what tries yield. */
export interface TriesListener<R> {
  made(outcome: Made<R>): void;
  /** A person is asked for something with this resource in hand. */
  kept(held: Held<R>): void;
  loggedIn(held: Held<R>): void;
  /** Failures before this one, for the wait after it. */
  failures(): number;
}

/** What tries work with. */
export interface Keepers<R, S, V> {
  readonly logins: LoginKeeper<R, S, V>;
  readonly snapshots: SnapshotKeeper<R, S, V>;
  readonly prober: Prober<R, S, V>;
}

/** Makes tries and logins one at a time, and tells the machine how they ended. */
export class Tries<R, S, V> {
  readonly #parts: Parts<R, S, V>;
  readonly #opening: Opening<R, S, V>;
  readonly #logins: LoginKeeper<R, S, V>;
  readonly #snapshots: SnapshotKeeper<R, S, V>;
  readonly #prober: Prober<R, S, V>;
  readonly #listener: TriesListener<R>;
  #running: AbortController | undefined;

  constructor(parts: Parts<R, S, V>, keepers: Keepers<R, S, V>, listener: TriesListener<R>) {
    this.#parts = parts;
    this.#logins = keepers.logins;
    this.#snapshots = keepers.snapshots;
    this.#prober = keepers.prober;
    this.#opening = new Opening(parts, keepers.logins, keepers.snapshots);
    this.#listener = listener;
  }

  /** Makes a try at a generation. */
  async make(course: Course, before: Before<R>): Promise<void> {
    const running = new AbortController();
    this.#running = running;
    const outcome = await this.#opening.make(course, before, running.signal);
    if (running.signal.aborted) {
      if (outcome.kind !== 'failed') void this.#parts.closer.close(outcome.held, { force: true });
      return;
    }
    if (outcome.kind === 'made' && outcome.held.report === undefined) {
      this.#listener.made(outcome);
      this.#parts.dispatch({ type: 'published', generation: course.generation });
    } else if (outcome.kind === 'human') {
      this.#keep(outcome.held);
      this.#parts.dispatch({ type: 'human-needed', request: outcome.request });
    } else {
      const error = outcome.kind === 'failed' ? outcome.error : this.#overtaken(outcome.held);
      this.#parts.dispatch({ type: 'try-failed', failed: this.#failed(error) });
    }
  }

  /** Ends the try under way; what it yields is closed. */
  stop(reason: unknown): void {
    this.#running?.abort(reason);
  }

  /** Logs in on a living resource. */
  async login(held: Held<R>, how: { readonly reason: string; readonly check: boolean }): Promise<void> {
    const { generation, signal } = held;
    try {
      if (how.check) await this.#logins.ensure(held, signal, how.reason);
      else await this.#logins.login(held, signal, how.reason);
      await this.#snapshots.take(held, 'login');
      if (signal.aborted) return;
      this.#listener.loggedIn(held);
      this.#parts.dispatch({ type: 'logged-in', generation });
    } catch (error) {
      if (signal.aborted) return;
      const request = humanRequestOf(error);
      if (request !== undefined) this.#parts.dispatch({ type: 'human-needed', request });
      else await this.#loginFailed(held, error);
    }
  }

  /** A login that failed for a reason that nobody knows may have met a dead peer: a probe tells. */
  async #loginFailed(held: Held<R>, error: unknown): Promise<void> {
    const { category, scope } = verdictOf(this.#parts.adapter, error, held.resource);
    if (scope === 'session') this.#parts.lose(held, { cause: 'reported', error });
    else if (category === 'unknown' || category === 'timeout')
      await this.#prober.look(held, 'a login failed');
    if (held.signal.aborted) return;
    const { generation } = held;
    this.#parts.dispatch({ type: 'login-failed', generation, failed: this.#failed(error) });
  }

  #keep(held: Held<R>): void {
    held.listener = () => void this.#parts.closer.close(held, { force: true });
    if (held.report !== undefined) held.listener(held.report);
    this.#listener.kept(held);
  }

  /** Lost between its last step and now. */
  #overtaken(held: Held<R>): unknown {
    void this.#parts.closer.close(held, { force: true });
    const report = held.report ?? { cause: 'closed' };
    const { generation } = held;
    return new SessionLostError({ session: this.#parts.plan.name, generation, report, scope: 'session' });
  }

  #failed(error: unknown): Failed {
    const verdict = verdictOf(this.#parts.adapter, error, undefined);
    const delayMs = this.#parts.plan.delayMs(this.#listener.failures() + 1, verdict);
    const refused = error instanceof LoginRefusedError ? { refusedUntil: error.until } : {};
    return { verdict, error, delayMs, ...refused };
  }
}
