import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DrillEvent } from '../../checker/events.ts';
import type { Installation } from '../../product/installation.ts';
import { endAll, logged, startedIn } from '../../product/processes.ts';
import { ProductFailure } from '../../product/product-failure.ts';
import { layOutOne, type Layout, type OneSource } from '../../product/one-source.ts';
import type { CommandOptions, Ended, Running } from '../../product/run-command.ts';
import { PATIENCE_MS, waitFor } from '../../product/wait.ts';
import type { Stage } from '../../stage.ts';
import { Ledger } from '../../upstream/ledger.ts';
import type { Simulator } from '../../upstream/simulator.ts';

const MISBEHAVE = new URL(
  import.meta.url.endsWith('.ts') ? './misbehave.ts' : './misbehave.js',
  import.meta.url,
);

/** What the preload makes an engine do; see misbehave.ts. */
export interface Misbehaviour {
  readonly what: string;
  /** At which step of a page, and the how many-th time. */
  readonly phase: 'start' | 'fetch' | 'parse' | 'transaction' | 'committed';
  readonly nth?: number;
  /** In so many engines; 1 unless told. */
  readonly engines?: number;
  readonly forMs?: number;
}

/** A simulated upstream and the product, whose supervisor these rows start, kill and start again. */
export class Harvest {
  readonly product: Installation;
  readonly simulator: Simulator;
  readonly #stage: Stage;

  private constructor(stage: Stage, { simulator, product }: OneSource) {
    this.#stage = stage;
    this.simulator = simulator;
    this.product = product;
    stage.defer(() => endAll(product));
  }

  /** Starts the upstream and writes the configuration; nothing of the product runs yet. */
  static async prepare(stage: Stage, shape: Layout = {}): Promise<Harvest> {
    const source = { every: '12h', minIntervalMs: 40, ...shape.source };
    return new Harvest(stage, await layOutOne(stage, { records: 80, pageSize: 10, ...shape, source }));
  }

  get signal(): AbortSignal {
    return this.#stage.signal;
  }

  get ledger(): Ledger {
    return Ledger.read(this.simulator.ledgerFile);
  }

  /** Starts the supervisor as service managers do: in the foreground, logging to files. */
  supervise(
    how: Pick<CommandOptions, 'env' | 'under'> & { readonly flags?: readonly string[] } = {},
  ): Running {
    const { flags = [], ...more } = how;
    return this.product.startWith(more, 'supervise', ...flags);
  }

  /** The variables under which an engine misbehaves; evidence goes to `evidence()`. */
  misbehaving(misbehaviour: Misbehaviour): NodeJS.ProcessEnv {
    return {
      NODE_OPTIONS: `--import=${MISBEHAVE.href}`,
      DRILL_MISBEHAVE: JSON.stringify({ ...misbehaviour, log: this.#evidenceFile }),
    };
  }

  /** A line `WHAT PID MS` for each time that an engine misbehaved. */
  evidence(): readonly { readonly what: string; readonly pid: number; readonly at: number }[] {
    if (!existsSync(this.#evidenceFile)) return [];
    return readFileSync(this.#evidenceFile, 'utf8')
      .split('\n')
      .filter(Boolean)
      .map((line) => {
        const [what = '', pid, at] = line.split(' ');
        return { what, pid: Number(pid), at: Number(at) };
      });
  }

  /** What the supervisor has logged so far. */
  events(): readonly DrillEvent[] {
    return logged(this.product);
  }

  /** Waits for an event. @throws Error that names it when it does not come */
  async event(
    what: string,
    fits: (event: DrillEvent) => boolean,
    patienceMs = PATIENCE_MS,
  ): Promise<DrillEvent> {
    return this.until(what, () => this.events().find(fits), patienceMs);
  }

  /** Waits until something is there. @throws ProductFailure that names it when it does not come in time */
  until<T>(
    what: string,
    look: () => T | undefined | null | false | Promise<T | undefined | null | false>,
    withinMs = PATIENCE_MS,
  ): Promise<T> {
    const seen = (): string =>
      this.events()
        .slice(-4)
        .map((event) => JSON.stringify(event))
        .join(' ');
    return waitFor(what, look, { signal: this.signal, withinMs, seen });
  }

  /** Waits for the end of a command that has to end by itself. @throws ProductFailure when it does not */
  async endOf({ child, ended }: Running, what: string): Promise<Ended> {
    await this.until(what, () => child.exitCode !== null || child.signalCode !== null);
    return ended;
  }

  /** Waits until so many pages are committed. */
  async pages(count: number): Promise<void> {
    await this.until(`${String(count)} pages`, () => this.commits() >= count);
  }

  commits(): number {
    return this.events().filter(({ kind }) => kind === 'commit').length;
  }

  /** The engines that were started, in order. */
  engines(): readonly number[] {
    return this.events().flatMap(({ kind, pid }) => (kind === 'engine-started' && pid ? [pid] : []));
  }

  /** The engine that was started last. @throws Error when none was */
  engine(): number {
    const pid = this.engines().at(-1);
    if (pid === undefined) throw new ProductFailure('no engine was started');
    return pid;
  }

  /** Every process that the supervisor has started, whether it lives or not. */
  children(): readonly number[] {
    return startedIn(this.events());
  }

  /** Waits until all is harvested and the source waits for its next poll, told after `since`. */
  async caughtUp(since: number, patienceMs = PATIENCE_MS): Promise<DrillEvent> {
    return this.event(
      'caught up',
      ({ kind, state, at }) => kind === 'state' && state === 'ok' && at >= since,
      patienceMs,
    );
  }

  /** Ends the supervisor as a person does. */
  async stop(): Promise<number | null> {
    return (await this.product.run('stop')).code;
  }

  get #evidenceFile(): string {
    return join(this.product.folder, 'misbehaved.txt');
  }
}
