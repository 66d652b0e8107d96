import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Stage } from '../stage.ts';
import { Installation } from './installation.ts';
import { pidsOf, statusOf, type Pids, type Place } from './page.ts';
import { ProductFailure } from './product-failure.ts';

const READY_MS = 60_000;

/** The product as users leave it alone: `holdfast start`, a supervisor with engine and page server behind it. */
export class Background {
  readonly product: Installation;
  readonly place: Place;

  private constructor(product: Installation, place: Place) {
    this.product = product;
    this.place = place;
  }

  /** Installs it on the stage, not yet started; it ends with the stage, by force if need be. */
  static async install(stage: Stage, sources: readonly object[], more: object = {}): Promise<Background> {
    const port = await freePort();
    const product = stage.install(sources, { dashboard: { port }, audit: { every: 'off' }, ...more });
    const page = `http://127.0.0.1:${String(port)}/`;
    const dataFolder = join(product.folder, 'data');
    const background = new Background(product, { page, dataFolder, signal: stage.signal });
    stage.defer(() => background.#end());
    return background;
  }

  /** Starts it and waits until all three processes answer. @throws Error when they do not within a minute */
  async start(): Promise<Pids> {
    const { code, stderr } = await this.product.run('start');
    if (code !== 0) throw new ProductFailure(`holdfast start ended with ${String(code)}: ${stderr}`);
    const deadline = performance.now() + READY_MS;
    for (;;) {
      const pids = await this.pids();
      if (pids !== null) return pids;
      this.place.signal.throwIfAborted();
      if (performance.now() > deadline)
        throw new ProductFailure('engine, page server and supervisor did not answer within a minute');
      await pause(250);
    }
  }

  /** Ends it; the exit code of `stop`. */
  async stop(): Promise<number | null> {
    return (await this.product.run('stop')).code;
  }

  /** Its processes, or null while one of them is not there. */
  async pids(): Promise<Pids | null> {
    return await statusOf(this.place).then(pidsOf, () => null);
  }

  /** The stage's own signal is over by now: this has one of its own. */
  async #end(): Promise<void> {
    const after = { ...this.place, signal: AbortSignal.timeout(30_000) };
    const pids = await statusOf(after).then(pidsOf, () => null);
    await new Installation(this.product.folder, after.signal).run('stop').catch(() => undefined);
    for (const pid of Object.values(pids ?? {})) {
      if (typeof pid === 'number') kill(pid);
    }
  }
}

/** A port of this machine that nobody listens on now. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => {
    server.close(resolve);
  });
  return port;
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended by itself, as it should.
  }
}
