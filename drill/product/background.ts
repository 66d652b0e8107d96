import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Stage } from '../stage.ts';
import { Installation } from './installation.ts';
import { pidsOf, statusOf, type Pids, type Place } from './page.ts';
import { endAll, logged, writtenDown } from './processes.ts';
import { ProductFailure } from './product-failure.ts';
import { comes, waitFor } from './wait.ts';

/** So often another port is tried when somebody else has the one that was free a moment ago. */
const TRIES = 4;

/** The product as users leave it alone: `holdfast start`, a supervisor with engine and page server behind it. */
export class Background {
  readonly product: Installation;
  readonly #signal: AbortSignal;
  readonly #configure: (port: number) => void;
  #port: number;
  #isSettled: boolean;

  private constructor(
    product: Installation,
    how: {
      readonly signal: AbortSignal;
      readonly configure: (port: number) => void;
      readonly port: number;
      readonly isSettled: boolean;
    },
  ) {
    this.product = product;
    this.#signal = how.signal;
    this.#configure = how.configure;
    this.#port = how.port;
    this.#isSettled = how.isSettled;
    how.configure(how.port);
  }

  /**
   * Installs it on the stage, not yet started; it ends with the stage, by force if need be. Its page stays where it is
   * when its server is replaced, so that its port is a fixed one: `port`, or one that was free.
   */
  static async install(
    stage: Stage,
    sources: readonly object[],
    more: object = {},
    port?: number,
  ): Promise<Background> {
    const product = stage.install(sources);
    const background = new Background(product, {
      signal: stage.signal,
      configure: (chosen) =>
        product.configure(sources, { dashboard: { port: chosen }, audit: { every: 'off' }, ...more }),
      port: port ?? (await freePort()),
      isSettled: port !== undefined,
    });
    stage.defer(() => background.#end());
    return background;
  }

  /** Where it is looked at. */
  get place(): Place {
    return {
      page: `http://127.0.0.1:${String(this.#port)}/`,
      dataFolder: join(this.product.folder, 'data'),
      signal: this.#signal,
    };
  }

  /** Starts it and waits until all three processes answer. @throws ProductFailure when they do not within a minute */
  async start(): Promise<Pids> {
    for (let tries = 1; ; tries += 1) {
      const began = Date.now();
      const { code, stderr } = await this.product.run('start');
      if (code !== 0) throw new ProductFailure(`holdfast start ended with ${String(code)}: ${stderr}`);
      const answer = await waitFor(
        'engine, page server and supervisor to answer',
        async () => (await this.pids()) ?? this.#isBusy(began),
        { signal: this.#signal, everyMs: 250 },
      );
      if (typeof answer === 'object') {
        this.#isSettled = true;
        return answer;
      }
      if (tries === TRIES) throw new Error(`each of ${String(TRIES)} free ports was taken by somebody else`);
      await this.stop();
      this.#port = await freePort();
      this.#configure(this.#port);
    }
  }

  /** Ends it; the exit code of `stop`. */
  async stop(): Promise<number | null> {
    return (await this.product.run('stop')).code;
  }

  /** Its processes, or null while one of them is not there. */
  async pids(): Promise<Pids | null> {
    const pids = await statusOf(this.place).then(pidsOf, () => null);
    // Another installation may answer at a port that was free a moment ago.
    return pids !== null && writtenDown(this.product).includes(pids.supervisor) ? pids : null;
  }

  /** As `pids`, where all of them have to be there. @throws ProductFailure when one is not */
  async mustHavePids(): Promise<Pids> {
    const pids = await comes(() => this.pids(), { signal: this.#signal, withinMs: 10_000, everyMs: 250 });
    if (pids === null) throw new ProductFailure('a process of the product is not there');
    return pids;
  }

  /** Whether it says that its port belongs to another program, before it ever had it. */
  #isBusy(since: number): boolean {
    return (
      !this.#isSettled && logged(this.product).some(({ at, code }) => at >= since && code === 'PORT_BUSY')
    );
  }

  /** The stage's own signal is over by now: this has one of its own, short enough for a drill whose time is up. */
  async #end(): Promise<void> {
    const after = new Installation(this.product.folder, AbortSignal.timeout(10_000));
    const stopped = await after.run('stop').then(
      ({ code }) => code,
      () => null,
    );
    // What was stopped well is gone: its numbers may be another program's where none can tell.
    if (stopped !== 0 || process.platform === 'linux') await endAll(this.product);
  }
}

/** A port of this machine that nobody listens on now. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => {
    server.close(resolve);
  });
  return port;
}
