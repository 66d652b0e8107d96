import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:tls';
import { Link } from './link.ts';
import { diceOf } from './random.ts';
import { Toxic, type Struck, type ToxicSpec } from './toxic.ts';

/** What a proxy is made with. */
export interface FaultProxyOptions {
  /** Fixes which connections a toxicity strikes, and every jitter. */
  readonly seed?: number;
  /** False: the port is closed until `enable`. */
  readonly enabled?: boolean;
  /** It speaks TLS with its clients, with this certificate. */
  readonly tls?: { readonly key: string; readonly cert: string };
}

/** A TCP proxy on the loopback interface whose toxics come and go while it runs, with Toxiproxy's names. */
export class FaultProxy {
  readonly #target: URL;
  readonly #server: Server;
  readonly #secure: boolean;
  readonly #dice: () => number;
  readonly #toxics = new Map<string, Toxic>();
  readonly #removed = new Map<string, Struck>();
  readonly #links = new Set<Link>();
  /** Every connection, those within a handshake too. */
  readonly #sockets = new Set<Socket>();
  #port = 0;
  #connections = 0;
  #refusedHandshakes = 0;
  #handshake = '';
  #shown = 0;

  private constructor(target: URL, { seed = 1, tls }: FaultProxyOptions) {
    this.#target = target;
    this.#dice = diceOf(seed);
    this.#secure = tls !== undefined;
    const take = (client: Socket): void => this.#take(client);
    if (tls === undefined) this.#server = createServer({ allowHalfOpen: true }, take);
    else this.#server = createTlsServer({ ...tls, allowHalfOpen: true }, take);
    this.#server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => {
        this.#sockets.delete(socket);
        if (wasAnswered(socket)) this.#shown += 1;
      });
    });
    this.#server.on('tlsClientError', (error: NodeJS.ErrnoException) => {
      this.#refusedHandshakes += 1;
      this.#handshake = error.code ?? error.message;
    });
  }

  /** Listens on a free port of 127.0.0.1 and passes everything on to the host and port of `target`. */
  static async start(target: string, options: FaultProxyOptions = {}): Promise<FaultProxy> {
    const proxy = new FaultProxy(new URL(target), options);
    await proxy.enable();
    if (options.enabled === false) await proxy.disable();
    return proxy;
  }

  get port(): number {
    return this.#port;
  }

  /** The target's URL with this proxy in place of its host. */
  get url(): string {
    const url = new URL(this.#target);
    url.protocol = this.#secure ? 'https:' : 'http:';
    url.host = `127.0.0.1:${String(this.#port)}`;
    return url.href;
  }

  /** Connections that came so far. */
  get connections(): number {
    return this.#connections;
  }

  /**
   * Connections that were shown the certificate as it is now: answered with anything at all. A client that refuses it
   * may go without a word, before a handshake that the server would know of.
   */
  get shown(): number {
    return this.#shown + [...this.#sockets].filter(wasAnswered).length;
  }

  /** Handshakes that a client broke off, and how it said so last; only with TLS. */
  get refusedHandshakes(): { readonly count: number; readonly last: string } {
    return { count: this.#refusedHandshakes, last: this.#handshake };
  }

  /** Adds a toxic; it strikes new connections and those that are open. @throws Error when the name is taken */
  addToxic(spec: ToxicSpec): Toxic {
    const toxic = new Toxic(spec);
    if (this.#toxics.has(toxic.name)) throw new Error(`there is a toxic ${toxic.name} already`);
    this.#toxics.set(toxic.name, toxic);
    return toxic;
  }

  /** Takes a toxic away; a connection whose bytes it swallowed is closed. */
  removeToxic(name: string): void {
    const toxic = this.#toxics.get(name);
    if (toxic === undefined) return;
    this.#toxics.delete(name);
    this.#removed.set(name, sum(this.#removed.get(name), toxic.struck));
    toxic.gone.abort();
  }

  /** Another certificate for the connections to come. @throws Error when it does not speak TLS */
  setCertificate(certificate: { readonly key: string; readonly cert: string }): void {
    if (!('setSecureContext' in this.#server)) throw new Error('this proxy does not speak TLS');
    (this.#server as TlsServer).setSecureContext(certificate);
    this.#shown = 0;
  }

  /** How often a toxic struck, over all of its times. */
  struck(name: string): Struck {
    return sum(this.#removed.get(name), this.#toxics.get(name)?.struck);
  }

  /** Toxiproxy's `down`: the port is closed and every connection cut. Gives how many were. */
  async disable(): Promise<number> {
    const cut = this.#links.size;
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const link of this.#links) link.destroy();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
    return cut;
  }

  /** Listens again, on the port that it had. @throws Error when another program keeps that port */
  async enable(): Promise<void> {
    for (let tries = 1; ; tries += 1) {
      try {
        await this.#listen();
        return;
      } catch (error) {
        // While it was closed the system may have given the port to a connection of somebody else, for a moment.
        if (tries === 100 || (error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
        await sleep(50);
      }
    }
  }

  #listen(): Promise<void> {
    if (this.#server.listening) return Promise.resolve();
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(this.#port, '127.0.0.1', () => {
        this.#server.off('error', reject);
        this.#port = (this.#server.address() as AddressInfo).port;
        resolve();
      });
    });
  }

  /** Ends it with all of its connections. */
  async close(): Promise<void> {
    for (const name of this.#toxics.keys()) this.removeToxic(name);
    if (this.#server.listening) await this.disable();
  }

  #take(client: Socket): void {
    const { hostname, port } = this.#target;
    const upstream = connect({
      host: hostname.replace(/^\[|\]$/g, ''),
      port: Number(port),
      allowHalfOpen: true,
    });
    this.#connections += 1;
    const link = new Link({
      number: this.#connections,
      client,
      upstream,
      toxics: () => [...this.#toxics.values()],
      dice: this.#dice,
    });
    this.#links.add(link);
    let open = 2;
    for (const socket of [client, upstream]) {
      socket.once('close', () => {
        open -= 1;
        if (open === 0) this.#links.delete(link);
      });
    }
  }
}

function wasAnswered({ bytesWritten }: Socket): boolean {
  return bytesWritten > 0;
}

function sum(one: Struck | undefined, other: Struck | undefined): Struck {
  return {
    connections: (one?.connections ?? 0) + (other?.connections ?? 0),
    bytes: (one?.bytes ?? 0) + (other?.bytes ?? 0),
  };
}
