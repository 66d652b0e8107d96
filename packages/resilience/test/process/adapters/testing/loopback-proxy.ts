import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';

interface Pair {
  readonly near: Socket;
  readonly far: Socket;
  cut: boolean;
}

/**
 * A proxy on the loopback that can fail as networks do. Modes: forwarding; frozen, in which bytes are taken and not
 * forwarded, and nobody hears a FIN; stopped, in which connections are refused.
 */
export class LoopbackProxy implements AsyncDisposable {
  readonly #target: number;
  readonly #pairs = new Set<Pair>();
  #server: Server | undefined;
  #port = 0;
  #frozen = false;
  #cutNext = false;
  #cuts = 0;

  private constructor(target: number) {
    this.#target = target;
  }

  static async to(target: number): Promise<LoopbackProxy> {
    const proxy = new LoopbackProxy(target);
    await proxy.start();
    return proxy;
  }

  get port(): number {
    return this.#port;
  }

  get open(): number {
    return this.#pairs.size;
  }

  /** Answers that were cut off. */
  get cuts(): number {
    return this.#cuts;
  }

  /** Listens again, on the same port. */
  async start(): Promise<void> {
    if (this.#server !== undefined) return;
    const server = createServer((near) => this.#forward(near));
    this.#server = server;
    server.listen(this.#port, '127.0.0.1');
    await once(server, 'listening');
    this.#port = (server.address() as AddressInfo).port;
  }

  /** Refuses connections and resets those that are open. */
  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    const closed = server === undefined ? undefined : once(server, 'close');
    server?.close();
    this.reset();
    await closed;
  }

  reset(): void {
    for (const { near, far } of this.#pairs) {
      near.resetAndDestroy();
      far.destroy();
    }
  }

  /** From now on nothing is forwarded and nothing is ended: a half-open connection. */
  freeze(): void {
    this.#frozen = true;
    for (const { near, far } of this.#pairs) {
      near.pause();
      far.pause();
    }
  }

  thaw(): void {
    this.#frozen = false;
    for (const { near, far } of this.#pairs) {
      near.resume();
      far.resume();
    }
  }

  /** The next request is forwarded; its answer is not, and the connection is reset instead. */
  cutNextAnswer(): void {
    this.#cutNext = true;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  #forward(near: Socket): void {
    const far = connect(this.#target, '127.0.0.1');
    const pair: Pair = { near, far, cut: false };
    this.#pairs.add(pair);
    near.on('data', (data) => {
      if (this.#cutNext) {
        this.#cutNext = false;
        pair.cut = true;
      }
      far.write(data);
    });
    far.on('data', (data) => {
      if (pair.cut) {
        this.#cuts += 1;
        near.resetAndDestroy();
        far.destroy();
      } else near.write(data);
    });
    this.#joinEnds(pair);
    if (this.#frozen) this.freeze();
  }

  #joinEnds(pair: Pair): void {
    const { near, far } = pair;
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      one.on('error', () => undefined);
      one.on('end', () => {
        if (!this.#frozen) other.end();
      });
      one.on('close', () => {
        this.#pairs.delete(pair);
        if (!this.#frozen) other.destroy();
      });
    }
  }
}
