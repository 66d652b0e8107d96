import { setTimeout as sleep } from 'node:timers/promises';
import type { Installation } from '../product/installation.ts';
import type { CommandOptions, Ended, Running } from '../product/run-command.ts';
import { eventsOf, lastState, type DrillEvent } from './events.ts';
import type { IncidentLine, Sample } from './invariants.ts';
import { ProductFailure } from '../product/product-failure.ts';

/** How long anything may take that has to come, on a slow and loaded machine, ms. */
const PATIENCE_MS = 60_000;
const LOOK_MS = 25;

/**
 * A product that runs in the foreground (`run`), watched by its events and its `status --json`.
 *
 *     const watched = WatchedProduct.start(product, stage.signal);
 *     await watched.caughtUp();
 *     // … the fault begins …
 *     await watched.until((events) => detectAfter(events, faultAt) !== null, 'the fault to be noticed');
 *     // … the fault ends …
 *     await watched.until((events) => recoverAfter(events, faultEnd) !== null, 'work to go on');
 *     await watched.stop();
 *
 * Every wait has a bound, beyond which it throws what it waited for and what was seen last.
 */
export class WatchedProduct {
  readonly #product: Installation;
  readonly #signal: AbortSignal;
  readonly #running: Running;
  readonly #text: string[] = [];
  #ended: Ended | null = null;

  private constructor(product: Installation, running: Running, signal: AbortSignal) {
    this.#product = product;
    this.#running = running;
    this.#signal = signal;
    running.child.stdout?.on('data', (bytes: Buffer) => this.#text.push(bytes.toString('latin1')));
    void running.ended.then(
      (ended) => (this.#ended = ended),
      () => undefined,
    );
  }

  /** Starts `holdfast run`; `how`: further variables, another program around it, a process group. */
  static start(
    product: Installation,
    signal: AbortSignal,
    how: Pick<CommandOptions, 'under' | 'group'> & { env?: NodeJS.ProcessEnv } = {},
  ): WatchedProduct {
    return new WatchedProduct(product, product.startWith(how, 'run'), signal);
  }

  /** Of the process that was started. */
  get pid(): number {
    return this.#running.pid;
  }

  /** Everything that it has told so far. Only the names and figures of an event are sure to be whole characters. */
  events(): readonly DrillEvent[] {
    const whole = this.#text.join('');
    this.#text.splice(0, this.#text.length, whole);
    return eventsOf(whole);
  }

  /** Waits until the events are as wanted. @throws when it ends before, or when that takes longer than `withinMs` */
  async until(
    test: (events: readonly DrillEvent[]) => boolean,
    what: string,
    withinMs = PATIENCE_MS,
  ): Promise<void> {
    const latest = performance.now() + withinMs;
    while (!test(this.events())) {
      this.#signal.throwIfAborted();
      if (this.#ended !== null || performance.now() > latest) throw this.#missed(what, withinMs);
      await sleep(LOOK_MS, undefined, { signal: this.#signal });
    }
  }

  /** As `until`, for what may fail to come: whether it came. */
  async came(
    test: (events: readonly DrillEvent[]) => boolean,
    what: string,
    withinMs = PATIENCE_MS,
  ): Promise<boolean> {
    try {
      await this.until(test, what, withinMs);
      return true;
    } catch (error) {
      this.#signal.throwIfAborted();
      if (this.#ended !== null) throw error;
      return false;
    }
  }

  /** Waits until a source says that it is caught up, at an instant of its own after `since` (wall ms). */
  caughtUp(source = 's1', since = 0): Promise<void> {
    return this.until(
      (events) =>
        lastState(events, source) === 'ok' &&
        events.some(
          (event) =>
            event.kind === 'state' && event.source === source && event.state === 'ok' && event.at >= since,
        ),
      `source ${source} to be caught up`,
    );
  }

  /** What `status --json` says of a source now. */
  async sample(source = 's1'): Promise<Sample> {
    const askedAt = Date.now();
    const line = (await this.#product.sources()).find(({ id }) => id === source);
    return { askedAt, at: Date.now(), state: line?.state ?? 'absent', reason: line?.reason ?? '' };
  }

  /** Asks it to end and waits. @throws when it does not end by itself within a minute */
  async stop(): Promise<Ended> {
    this.#running.child.kill('SIGTERM');
    const late = sleep(PATIENCE_MS, null, { signal: this.#signal, ref: false });
    const ended = await Promise.race([this.#running.ended, late]);
    if (ended === null) throw this.#missed('it to end after SIGTERM', PATIENCE_MS);
    return ended;
  }

  #missed(what: string, withinMs: number): Error {
    const ended = this.#ended === null ? '' : `; it ended with ${String(this.#ended.code)}`;
    const last = this.events()
      .slice(-3)
      .map((event) => JSON.stringify(event));
    return new ProductFailure(
      `waited ${String(withinMs / 1000)} s for ${what}${ended}; seen last: ${last.join(' ')}`,
    );
  }
}

/** The rows of `incidents --json`, of all times. @throws Error when it does not end with 0 */
export async function incidentsOf(product: Installation): Promise<readonly IncidentLine[]> {
  const { code, stdout, stderr } = await product.run('incidents', '--json', '--all');
  if (code !== 0) throw new ProductFailure(`holdfast incidents ended with ${String(code)}: ${stderr}`);
  return (JSON.parse(stdout) as readonly (IncidentLine & { readonly kind: string })[]).filter(
    ({ kind }) => kind === 'incident',
  );
}
