import { once } from 'node:events';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';

/**
 * A WebSocket server that echoes texts. `ping` is answered by `pong`, `act MARK` is counted, `flood N` sends N
 * messages.
 */
export class EchoServer implements AsyncDisposable {
  /** The status of handshakes that are refused. */
  refuseWith: number | undefined;
  readonly heard: string[] = [];
  readonly closeCodes: number[] = [];
  readonly #acts = new Map<string, number>();
  readonly #http: Server = createServer();
  readonly #sockets: WebSocketServer;

  private constructor() {
    this.#sockets = new WebSocketServer({
      server: this.#http,
      verifyClient: (_info, answer) => answer(this.refuseWith === undefined, this.refuseWith),
    });
    this.#sockets.on('connection', (socket) => {
      socket.on('error', () => undefined);
      socket.on('close', (code) => this.closeCodes.push(code));
      socket.on('message', (data) => {
        for (const text of this.#answers((data as Buffer).toString())) socket.send(text);
      });
    });
  }

  static async start(): Promise<EchoServer> {
    const server = new EchoServer();
    server.#http.listen(0, '127.0.0.1');
    await once(server.#http, 'listening');
    return server;
  }

  get port(): number {
    return (this.#http.address() as AddressInfo).port;
  }

  get url(): string {
    return `ws://127.0.0.1:${this.port}`;
  }

  get open(): number {
    return this.#sockets.clients.size;
  }

  acted(mark: string): number {
    return this.#acts.get(mark) ?? 0;
  }

  closeAll(code: number, reason: string): void {
    for (const socket of this.#sockets.clients) socket.close(code, reason);
  }

  /** Ends all connections without a farewell; says how many. */
  terminateAll(): number {
    const count = this.open;
    for (const socket of this.#sockets.clients) socket.terminate();
    return count;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.terminateAll();
    this.#sockets.close();
    this.#http.close();
    await once(this.#http, 'close');
  }

  #answers(text: string): string[] {
    if (text === 'ping') return ['pong'];
    this.heard.push(text);
    const [word, rest = ''] = text.split(' ');
    if (word === 'act') this.#acts.set(rest, this.acted(rest) + 1);
    if (word === 'flood') return Array.from({ length: Number(rest) }, (_, n) => `flood ${n}`);
    return [text];
  }
}
