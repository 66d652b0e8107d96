import { awakeTimer } from '../clock/awake-timer.ts';
import type { Clock } from '../clock/clock.ts';
import type { ChildContext, ChildSpec } from './child-spec.ts';
import type { RunExit } from './child-state.ts';

/** Whom a run tells what becomes of it. */
export interface RunListener {
  ready(): void;
  /** It ended by itself. */
  exited(exit: RunExit): void;
  /** It ended after nobody waited for it any more. */
  late(exit: RunExit): void;
}

/** How a run that was told to stop ended; `limitMs` is how long it was waited for in vain. */
export type Stopped =
  | { readonly abandoned: false; readonly exit?: RunExit }
  | { readonly abandoned: true; readonly limitMs: number };

/**
 * One run of a child. Modes: *up* -> (told to stop) *stopping* -> (not waited for any more) *left*. In which it ends
 * decides who hears of it; what one that was left does goes to `late`, never to `unhandledRejection`.
 */
export class ChildRun {
  readonly #clock: Clock;
  readonly #shutdownMs: number | 'brutal';
  readonly #listener: RunListener;
  readonly #controller = new AbortController();
  readonly #settled = Promise.withResolvers<RunExit>();
  #mode: 'up' | 'stopping' | 'left' = 'up';

  constructor(
    start: ChildSpec['start'],
    setup: { readonly clock: Clock; readonly shutdownMs: number | 'brutal'; readonly listener: RunListener },
  ) {
    this.#clock = setup.clock;
    this.#shutdownMs = setup.shutdownMs;
    this.#listener = setup.listener;
    const context = { signal: this.#controller.signal, ready: () => this.#listener.ready() };
    invoke(start, context).then(
      () => this.#onSettled({ ok: true }),
      (error: unknown) => this.#onSettled({ ok: false, error }),
    );
  }

  /** Aborts its signal with `reason` and waits for its end, but no longer than its limit. Call it once. */
  async stop(reason: unknown): Promise<Stopped> {
    const limitMs = this.#shutdownMs;
    this.#mode = limitMs === 'brutal' ? 'left' : 'stopping';
    this.#controller.abort(reason);
    if (limitMs === 'brutal') return { abandoned: false };
    const tooLong = Promise.withResolvers<null>();
    const timer =
      limitMs === Number.POSITIVE_INFINITY
        ? undefined
        : awakeTimer(this.#clock, limitMs, () => tooLong.resolve(null));
    const exit = await Promise.race([this.#settled.promise, tooLong.promise]);
    timer?.cancel();
    if (exit !== null) return { abandoned: false, exit };
    this.#mode = 'left';
    return { abandoned: true, limitMs };
  }

  #onSettled(exit: RunExit): void {
    this.#settled.resolve(exit);
    if (this.#mode === 'up') this.#listener.exited(exit);
    // One that is stopped brutally and obeys is no news.
    else if (this.#mode === 'left' && !(this.#shutdownMs === 'brutal' && this.#obeyed(exit)))
      this.#listener.late(exit);
  }

  #obeyed(exit: RunExit): boolean {
    return exit.ok || exit.error === this.#controller.signal.reason;
  }
}

async function invoke(start: ChildSpec['start'], context: ChildContext): Promise<unknown> {
  return await start(context);
}
