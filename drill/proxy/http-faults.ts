import {
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';

/** An answer as the upstream gave it. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

/** What is done to the answers of the requests that it is meant for. */
export interface HttpRule {
  readonly name: string;
  /** At most so many times; without it until it is removed. */
  readonly times?: number;
  /** Of all requests unless told. */
  readonly when?: (url: string) => boolean;
  /** Instead of asking the upstream. */
  readonly answer?: (url: string) => HttpAnswer;
  /** Bytes instead of HTTP; the connection is closed after them. */
  readonly raw?: (url: string) => Buffer;
  /** Makes another answer of the upstream's. Its headers are sent as they are, a Content-Length too. */
  readonly mutate?: (answer: HttpAnswer) => HttpAnswer;
}

/** An HTTP proxy on the loopback interface that spoils answers by rule: in front of a target, or as a forward proxy. */
export class HttpFaults {
  readonly #target: URL;
  readonly #server: Server;
  readonly #rules = new Map<string, HttpRule>();
  readonly #struck = new Map<string, number>();
  #requests = 0;

  private constructor(target: URL) {
    this.#target = target;
    this.#server = createServer((request, response) => {
      this.#handle(request, response).catch(() => response.destroy());
    });
  }

  /** Listens on a free port of 127.0.0.1. A request for another host than its own goes to the target all the same. */
  static async start(target: string): Promise<HttpFaults> {
    const faults = new HttpFaults(new URL(target));
    await new Promise<void>((resolve) => faults.#server.listen(0, '127.0.0.1', resolve));
    return faults;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** The target's URL with this proxy in place of its host. */
  get url(): string {
    const url = new URL(this.#target);
    url.host = `127.0.0.1:${String(this.port)}`;
    return url.href;
  }

  /** Requests that came so far. */
  get requests(): number {
    return this.#requests;
  }

  /** Rules are looked at in their order; the first that is meant strikes. @throws Error when the name is taken */
  addRule(rule: HttpRule): void {
    if (this.#rules.has(rule.name)) throw new Error(`there is a rule ${rule.name} already`);
    this.#rules.set(rule.name, rule);
  }

  removeRule(name: string): void {
    this.#rules.delete(name);
  }

  /** How many answers a rule spoilt. */
  struck(name: string): number {
    return this.#struck.get(name) ?? 0;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.#requests += 1;
    const url = request.url ?? '/';
    const rule = [...this.#rules.values()].find(
      ({ name, when, times = Infinity }) => this.struck(name) < times && (when?.(url) ?? true),
    );
    if (rule !== undefined) this.#struck.set(rule.name, this.struck(rule.name) + 1);
    if (rule?.raw !== undefined) {
      request.socket.end(rule.raw(url));
      return;
    }
    const given = rule?.answer?.(url) ?? (await this.#ask(url, request));
    const { status, headers, body } = rule?.mutate?.(given) ?? given;
    const { 'transfer-encoding': _chunked, connection: _connection, ...kept } = headers;
    response.strictContentLength = false;
    response.writeHead(status, { 'content-length': String(body.length), ...kept });
    response.end(body);
    // Fewer bytes than were told: only the end of the connection ends such an answer.
    if (Number(kept['content-length'] ?? body.length) > body.length) request.socket.end();
  }

  #ask(url: string, { headers, method }: IncomingMessage): Promise<HttpAnswer> {
    const { pathname, search } = new URL(url, this.#target);
    const { host: _host, connection: _connection, ...kept } = headers;
    return new Promise((resolve, reject) => {
      const { hostname, port } = this.#target;
      const sent = httpRequest(
        { host: hostname, port, path: pathname + search, method, headers: kept, agent: false },
        (answer) => {
          const chunks: Buffer[] = [];
          answer.on('data', (chunk: Buffer) => chunks.push(chunk));
          answer.once('error', reject);
          answer.once('end', () =>
            resolve({
              status: answer.statusCode ?? 0,
              headers: answer.headers,
              body: Buffer.concat(chunks),
            }),
          );
        },
      );
      sent.once('error', reject);
      sent.end();
    });
  }
}
