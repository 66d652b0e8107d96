import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Installation } from '../../product/installation.ts';
import type { Ended, Running } from '../../product/run-command.ts';
import type { Stage } from '../../stage.ts';
import { Ledger } from '../../upstream/ledger.ts';
import type { Simulator } from '../../upstream/simulator.ts';
import { endProcess, isAlive } from './processes.ts';
import { ProductFailure } from '../../product/product-failure.ts';

/** A line of the supervisor's log, as far as these rows look at it. */
export interface Logged {
  readonly at: number;
  readonly kind: string;
  readonly child?: string;
  readonly pid?: number;
  readonly source?: string | null;
  readonly state?: string;
  readonly code?: number | string | null;
  readonly signal?: string | null;
  readonly reason?: string;
  readonly restartInMs?: number;
  readonly until?: number;
  readonly inserted?: number;
  readonly message?: string;
  readonly line?: string;
  readonly window?: string;
}

/** What is harvested, and how. */
export interface Shape {
  readonly records?: number;
  readonly pageSize?: number;
  /** Faults of the simulator. */
  readonly faults?: readonly string[];
  readonly args?: readonly string[];
  /** Further keys of the source, and of the configuration. */
  readonly source?: object;
  readonly more?: object;
}

/** The one source of these rows. */
export const SOURCE = 'src';
const PATIENCE_MS = 60_000;
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

  private constructor(stage: Stage, simulator: Simulator, product: Installation) {
    this.#stage = stage;
    this.simulator = simulator;
    this.product = product;
    stage.defer(() => this.#endAll());
  }

  /** Starts the upstream and writes the configuration; nothing of the product runs yet. */
  static async prepare(stage: Stage, shape: Shape = {}): Promise<Harvest> {
    const { records = 80, pageSize = 10, faults = [], args = [], source = {}, more = {} } = shape;
    const simulator = await stage.simulate({ kind: 'oai-pmh', records, pageSize, faults, args });
    const product = stage.install(
      [
        {
          id: SOURCE,
          kind: 'oai-pmh',
          baseUrl: simulator.baseUrl,
          metadataPrefix: 'oai_dc',
          from: 'all',
          every: '12h',
          minIntervalMs: 40,
          ...source,
        },
      ],
      { dashboard: { port: 0 }, audit: { every: 'off' }, ...more },
    );
    return new Harvest(stage, simulator, product);
  }

  get signal(): AbortSignal {
    return this.#stage.signal;
  }

  get ledger(): Ledger {
    return Ledger.read(this.simulator.ledgerFile);
  }

  /** Starts the supervisor as service managers do: in the foreground, logging to files. */
  supervise(
    how: {
      readonly env?: NodeJS.ProcessEnv;
      readonly under?: readonly string[];
      readonly flags?: readonly string[];
    } = {},
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
  events(): readonly Logged[] {
    const file = join(this.product.folder, 'data', 'logs', 'holdfast.log');
    if (!existsSync(file)) return [];
    const text = readFileSync(file, 'utf8');
    return text
      .slice(0, text.lastIndexOf('\n') + 1)
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Logged);
  }

  /** Waits for an event. @throws Error that names it when it does not come */
  async event(what: string, fits: (event: Logged) => boolean, patienceMs = PATIENCE_MS): Promise<Logged> {
    return this.until(what, () => this.events().find(fits), patienceMs);
  }

  /** Waits until something is there. @throws Error that names it when it does not come in time */
  async until<T>(
    what: string,
    look: () => T | undefined | null | false | Promise<T | undefined | null | false>,
    patienceMs = PATIENCE_MS,
  ): Promise<T> {
    const end = performance.now() + patienceMs;
    for (;;) {
      const found = await look();
      if (found !== undefined && found !== null && found !== false) return found;
      this.signal.throwIfAborted();
      if (performance.now() > end) {
        const tail = this.events()
          .slice(-4)
          .map((event) => JSON.stringify(event));
        throw new ProductFailure(
          `${what}: not seen within ${String(patienceMs / 1000)} s; last log: ${tail.join(' ')}`,
        );
      }
      await sleep(15, undefined, { signal: this.signal });
    }
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
    return this.events().flatMap(({ kind, pid }) =>
      (kind === 'engine-started' || kind === 'child-started') && pid ? [pid] : [],
    );
  }

  /** Waits until all is harvested and the source waits for its next poll, told after `since`. */
  async caughtUp(since: number, patienceMs = PATIENCE_MS): Promise<Logged> {
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

  /** Whatever a play left running, also what was stopped or orphaned. */
  async #endAll(): Promise<void> {
    for (const pid of this.children()) endProcess(pid, this.product.folder);
    await Promise.all(
      this.children().map(async (pid) => {
        for (let look = 0; look < 100 && isAlive(pid); look += 1) await sleep(20);
      }),
    );
  }
}
