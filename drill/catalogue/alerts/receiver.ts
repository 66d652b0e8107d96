import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Stage } from '../../stage.ts';

/** One message that came, whatever was answered. */
export interface Delivery {
  readonly id: string;
  readonly at: number;
  readonly body: string;
  readonly accepted: boolean;
}

/** How a receiver answers: a status, a redirect to an address, or never. */
export type Answer = number | { readonly redirect: string } | 'never';

/** A small server that alerts are sent to. */
export class Receiver {
  readonly deliveries: Delivery[] = [];
  /** Requests to other paths, such as where a redirect leads, or a ping. */
  readonly others: { readonly path: string; readonly at: number }[] = [];
  /** Decides about each message, by how many came before. */
  answer: (before: number) => Answer = () => 204;
  /** Runs when a message has come as a whole, before it is answered. */
  arrived: () => void = () => undefined;
  /** While it is down every connection is reset as it comes, as by a machine on which nobody listens. */
  isDown = false;
  /** Connections that were reset: a port that is closed would count nobody. */
  resets = 0;
  readonly #port: number;

  private constructor(port: number) {
    this.#port = port;
  }

  /** Listens on a port of this machine until the stage ends. */
  static async open(stage: Stage): Promise<Receiver> {
    const server = createServer();
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(0, '127.0.0.1', resolve);
    });
    stage.defer(() => {
      server.closeAllConnections();
      server.close();
    });
    const receiver = new Receiver((server.address() as AddressInfo).port);
    server.on('connection', (socket) => receiver.#meet(socket));
    server.on('request', (request, response) => receiver.#take(request, response));
    return receiver;
  }

  /** Where messages go. */
  get url(): string {
    return `http://127.0.0.1:${String(this.#port)}/hook`;
  }

  /** Another address of the same server. */
  at(path: string): string {
    return new URL(path, this.url).href;
  }

  /** Ids of what was accepted, in their order. */
  accepted(): readonly string[] {
    return this.deliveries.filter(({ accepted }) => accepted).map(({ id }) => id);
  }

  /** The events of what was accepted: `opened`, `recovered`. */
  events(): readonly string[] {
    return this.accepted().map((id) => id.slice(id.lastIndexOf(':') + 1));
  }

  #meet(socket: Socket): void {
    if (!this.isDown) return;
    this.resets += 1;
    socket.on('error', () => undefined);
    socket.resetAndDestroy();
  }

  #take(request: IncomingMessage, response: ServerResponse): void {
    const path = request.url ?? '';
    const chunks: Buffer[] = [];
    request.on('data', (bytes: Buffer) => chunks.push(bytes));
    request.on('end', () => {
      if (path !== '/hook') {
        this.others.push({ path, at: Date.now() });
        response.writeHead(204).end();
        return;
      }
      const answer = this.answer(this.deliveries.length);
      this.deliveries.push({
        id: String(request.headers['holdfast-id']),
        at: Date.now(),
        body: Buffer.concat(chunks).toString(),
        accepted: typeof answer === 'number' && answer < 300,
      });
      this.arrived();
      if (answer === 'never') return;
      if (typeof answer === 'number') response.writeHead(answer).end();
      else response.writeHead(302, { location: answer.redirect }).end();
    });
  }
}
