import { eventsOf, lastState, type DrillEvent } from '../checker/events.ts';
import type { Sample } from '../checker/invariants.ts';
import type { Installation } from './installation.ts';
import { ProductFailure } from './product-failure.ts';
import type { CommandOptions, Ended, Running } from './run-command.ts';
import { comes, PATIENCE_MS, waitFor, type Waiting } from './wait.ts';

type How = Pick<CommandOptions, 'under' | 'group' | 'env'>;
type Fits = (event: DrillEvent) => boolean;

/**
 * The product in the foreground (`run`), followed by the events that it prints.
 *
 *     const live = Foreground.start(product, stage.signal);
 *     await live.caughtUp();
 *     // … the fault begins …
 *     await live.until('a word about the fault', (event) => event.kind === 'wait' && event.at >= faultAt);
 *     // … the fault ends …
 *     await live.ever('work to go on', (events) => recoverAfter(events, faultEnd) !== null);
 *     await live.stop();
 *
 * Every wait has a bound, beyond which it throws what it waited for and what was seen last.
 */
export class Foreground {
  readonly running: Running;
  readonly #product: Installation;
  readonly #signal: AbortSignal;
  readonly #events: DrillEvent[] = [];
  #ended: Ended | null = null;

  private constructor(product: Installation, running: Running, signal: AbortSignal) {
    this.#product = product;
    this.running = running;
    this.#signal = signal;
    const letters = new TextDecoder();
    let rest = '';
    running.child.stdout?.on('data', (bytes: Buffer) => {
      rest += letters.decode(bytes, { stream: true });
      const end = rest.lastIndexOf('\n') + 1;
      this.#events.push(...eventsOf(rest.slice(0, end)));
      rest = rest.slice(end);
    });
    void running.ended.then(
      (ended) => (this.#ended = ended),
      (error: unknown) => (this.#ended = { code: null, signal: null, stdout: '', stderr: String(error) }),
    );
  }

  /** Starts `holdfast run`; `how`: further variables, another program around it, a process group. */
  static start(
    product: Installation,
    signal: AbortSignal,
    how: How = {},
    args: readonly string[] = ['run'],
  ): Foreground {
    return new Foreground(product, product.startWith(how, ...args), signal);
  }

  /** Everything that it has told so far. */
  events(): readonly DrillEvent[] {
    return this.#events;
  }

  /** So many of these it has told so far. */
  count(fits: Fits): number {
    return this.#events.filter(fits).length;
  }

  /** The first event that fits, also one that was told already. @throws when it ends before, or none comes in time */
  until(what: string, fits: Fits, withinMs = PATIENCE_MS): Promise<DrillEvent> {
    return this.#wait(what, () => this.#events.find(fits), withinMs);
  }

  /** Waits until all that was told is as wanted. @throws as `until` */
  async ever(
    what: string,
    test: (events: readonly DrillEvent[]) => boolean,
    withinMs = PATIENCE_MS,
  ): Promise<void> {
    await this.#wait(what, () => test(this.#events), withinMs);
  }

  /** As `ever`, for what may fail to come: whether it came. @throws when it ends before */
  async came(
    what: string,
    test: (events: readonly DrillEvent[]) => boolean,
    withinMs = PATIENCE_MS,
  ): Promise<boolean> {
    return (
      (await comes(
        this.#unlessEnded(what, () => test(this.#events)),
        this.#within(withinMs),
      )) !== null
    );
  }

  /** Waits until a source says that it is caught up, at an instant of its own after `since` (wall ms). */
  caughtUp(source: string, since = 0): Promise<void> {
    return this.ever(
      `source ${source} to be caught up`,
      (events) => lastState(events, source) === 'ok' && events.some((event) => isOk(event, source, since)),
    );
  }

  /** What `status --json` says of a source now. */
  async sample(source: string): Promise<Sample> {
    const askedAt = Date.now();
    const line = (await this.#product.sources()).find(({ id }) => id === source);
    return { askedAt, at: Date.now(), state: line?.state ?? 'absent', reason: line?.reason ?? '' };
  }

  /** Asks it to end and waits. @throws when it does not end by itself within a minute */
  stop(): Promise<Ended> {
    this.running.child.kill('SIGTERM');
    return waitFor('its end after SIGTERM', () => this.#ended, this.#within(PATIENCE_MS));
  }

  #wait<T>(what: string, look: () => T | undefined | false, withinMs: number): Promise<T> {
    return waitFor(what, this.#unlessEnded(what, look), this.#within(withinMs));
  }

  #within(withinMs: number): Waiting {
    const seen = (): string =>
      this.#events
        .slice(-3)
        .map((event) => JSON.stringify(event))
        .join(' ');
    return { signal: this.#signal, withinMs, seen };
  }

  /** Who has ended tells nothing more: that need not be waited for. */
  #unlessEnded<T>(what: string, look: () => T | undefined | false): () => T | undefined | false {
    return () => {
      const ended = this.#ended;
      const found = look();
      const isThere = found !== undefined && found !== false;
      if (ended === null || isThere) return found;
      throw new ProductFailure(
        `the run ended with ${String(ended.code)} before ${what}: ${ended.stderr.slice(-600)}`,
      );
    };
  }
}

function isOk({ kind, source, state, at }: DrillEvent, of: string, since: number): boolean {
  return kind === 'state' && source === of && state === 'ok' && at >= since;
}
