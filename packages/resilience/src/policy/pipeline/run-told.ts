import type { Verdict } from '../../classify/verdict.ts';
import { isHeard } from '../../events/publish.ts';
import { emit, nextRun } from '../events.ts';
import type { AttemptWatcher } from './attempt.ts';
import type { StopReason } from './failure.ts';
import type { Plan } from './options-plan.ts';
import type { WaitKind } from './wait.ts';

/** What a run waits for, and for how long in ms (`Infinity` where nobody knows). */
export interface PlannedWait {
  readonly kind: WaitKind;
  readonly ms: number;
}

/** What a run tells, and what becomes of results that nobody takes. */
export class ToldRun implements AttemptWatcher {
  readonly plan: Plan;
  /** The number of the last attempt. */
  attempt = 0;
  #id = 0;

  constructor(plan: Plan) {
    this.plan = plan;
  }

  /** Its number in events; a run that nobody hears has none. */
  get id(): number {
    this.#id ||= nextRun();
    return this.#id;
  }

  get isHeard(): boolean {
    return isHeard(this.plan.onEvent);
  }

  /** What all events of the run carry. */
  about(): { readonly policy: string; readonly run: number; readonly attempt: number } {
    return { policy: this.plan.name, run: this.id, attempt: this.attempt };
  }

  /** Tells that an attempt begins. */
  tellAttempt(): void {
    emit(this.plan.onEvent, { type: 'attempt', ...this.about() });
  }

  /** Tells of a wait that begins. */
  tellWait({ kind, ms }: PlannedWait, verdict: Verdict | undefined): void {
    if (!this.isHeard) return;
    emit(this.plan.onEvent, {
      type: 'wait',
      ...this.about(),
      kind,
      delayMs: Number.isFinite(ms) ? ms : 0,
      ...(verdict === undefined ? {} : { category: verdict.category, verdict }),
    });
  }

  /** Tells that the run ends. */
  tellGiveUp(error: unknown, stopReason: StopReason, retryAfterMs?: number): void {
    if (!this.isHeard) return;
    const known = retryAfterMs === undefined ? {} : { retryAfterMs };
    emit(this.plan.onEvent, { type: 'give-up', ...this.about(), stopReason, error, ...known });
  }

  /** See `AttemptWatcher`. */
  late(attempt: number, outcome: 'fulfilled' | 'rejected', value: unknown): void {
    if (this.isHeard) {
      const error = outcome === 'rejected' ? { error: value } : {};
      emit(this.plan.onEvent, { type: 'late', ...this.about(), attempt, outcome, ...error });
    }
    if (outcome === 'fulfilled') this.discard(attempt, value);
  }

  /** A result that nobody takes. */
  discard(attempt: number, value: unknown): void {
    const { dispose, onEvent } = this.plan;
    if (dispose === undefined) return;
    dispose(value);
    if (this.isHeard) emit(onEvent, { type: 'discarded', ...this.about(), attempt });
  }

  /** See `AttemptWatcher`. */
  stalled(attempt: number, afterMs: number): void {
    if (this.isHeard) {
      emit(this.plan.onEvent, { type: 'stall', ...this.about(), attempt, mode: 'warn', afterMs });
    }
  }
}
