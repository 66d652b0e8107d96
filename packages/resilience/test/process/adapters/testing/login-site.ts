import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A small site with a form login, OAuth with rotating refresh tokens, and a count of everything done to it. */
export class LoginSite implements AsyncDisposable {
  /** Seconds that an access token lives. */
  tokenSeconds = 3_600;
  /** Answers to all requests for this path, instead of the usual. */
  readonly instead = new Map<
    string,
    { readonly status: number; readonly headers?: Record<string, string> }
  >();
  readonly counts = { formLogins: 0, passwordGrants: 0, refreshes: 0, refused: 0, running: 0 };
  readonly #acts = new Map<string, number>();
  readonly #sessions = new Set<string>();
  readonly #accessTokens = new Set<string>();
  #refreshToken = '';
  #serial = 0;
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((request, response) => {
      this.counts.running += 1;
      response.on('close', () => (this.counts.running -= 1));
      void this.#answer(request, response);
    });
  }

  static async start(): Promise<LoginSite> {
    const site = new LoginSite();
    site.#server.listen(0, '127.0.0.1');
    await once(site.#server, 'listening');
    return site;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  acted(mark: string): number {
    return this.#acts.get(mark) ?? 0;
  }

  /** Forgets who is logged in; says how many were. */
  dropLogins(): number {
    const dropped = this.#sessions.size + this.#accessTokens.size;
    this.#sessions.clear();
    this.#accessTokens.clear();
    return dropped;
  }

  /** The refresh token is not valid any more. */
  revokeRefreshToken(): void {
    this.#refreshToken = '';
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', this.url);
    let body = '';
    for await (const chunk of request) body += String(chunk);
    const instead = this.instead.get(url.pathname);
    if (instead !== undefined) return void response.writeHead(instead.status, instead.headers).end();
    const form = new URLSearchParams(body);
    switch (`${request.method} ${url.pathname}`) {
      case 'GET /login':
        response.setHeader('set-cookie', 'form=f1; Path=/login');
        return void response.end(
          '<form method="post"><input type="hidden" name="csrf" value="c&amp;1"></form>',
        );
      case 'POST /login':
        return this.#formLogin(request, response, form);
      case 'POST /token':
        return this.#token(response, form);
      case 'POST /act': {
        const mark = url.searchParams.get('mark') ?? '';
        this.#acts.set(mark, this.acted(mark) + 1);
        return void response.end('done');
      }
      default:
        return this.#guarded(request, response, url);
    }
  }

  #formLogin(request: IncomingMessage, response: ServerResponse, form: URLSearchParams): void {
    const isGood =
      form.get('csrf') === 'c&1' && form.get('password') === 'demo' && hasCookie(request, 'form', 'f1');
    if (!isGood) {
      this.counts.refused += 1;
      return void response.writeHead(302, { location: '/login?failed' }).end();
    }
    this.counts.formLogins += 1;
    const id = `s${(this.#serial += 1)}`;
    this.#sessions.add(id);
    const cookies = [`sid=${id}; Path=/; HttpOnly`, 'form=; Path=/login; Max-Age=0'];
    response.writeHead(303, { location: '/', 'set-cookie': cookies }).end();
  }

  #token(response: ServerResponse, form: URLSearchParams): void {
    const kind = form.get('grant_type');
    const isGood =
      kind === 'password'
        ? form.get('password') === 'demo'
        : kind === 'refresh_token' && form.get('refresh_token') === this.#refreshToken;
    if (!isGood) {
      this.counts.refused += 1;
      return void response.writeHead(400).end(JSON.stringify({ error: 'invalid_grant' }));
    }
    if (kind === 'password') this.counts.passwordGrants += 1;
    else this.counts.refreshes += 1;
    const access = `a${(this.#serial += 1)}`;
    this.#refreshToken = `r${this.#serial}`;
    this.#accessTokens.add(access);
    const { tokenSeconds } = this;
    response.end(
      JSON.stringify({
        access_token: access,
        token_type: 'bearer',
        expires_in: tokenSeconds,
        refresh_token: this.#refreshToken,
      }),
    );
  }

  #guarded(request: IncomingMessage, response: ServerResponse, url: URL): void {
    if (url.pathname.startsWith('/api/')) {
      const token = request.headers.authorization?.replace('Bearer ', '') ?? '';
      if (!this.#accessTokens.has(token)) return void response.writeHead(401).end();
    } else if (![...this.#sessions].some((id) => hasCookie(request, 'sid', id))) {
      return void response.writeHead(302, { location: `/login?next=${url.pathname}` }).end();
    }
    response.end(`welcome to ${url.pathname}`);
  }
}

function hasCookie(request: IncomingMessage, name: string, value: string): boolean {
  return (request.headers.cookie ?? '').split('; ').includes(`${name}=${value}`);
}
