/** What POST /oauth/token answered. */
export interface TokenReply {
  readonly status: number;
  readonly body: Readonly<Record<string, string | number>>;
}

/** A visitor who keeps cookies, follows nothing and runs no script. */
export class Visitor {
  readonly #url: string;
  readonly #cookies = new Map<string, string>();

  constructor(url: string) {
    this.#url = url;
  }

  cookie(name: string): string {
    return this.#cookies.get(name) ?? '';
  }

  async send(
    method: string,
    path: string,
    body?: string,
    headers: Record<string, string> = {},
  ): Promise<Response> {
    const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const answer = await fetch(this.#url + path, {
      method,
      redirect: 'manual',
      headers: { cookie, ...headers },
      ...(body === undefined ? {} : { body }),
    });
    for (const line of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      this.#cookies.set(name, value);
    }
    return answer;
  }

  async get(path: string): Promise<Response> {
    return this.send('GET', path);
  }

  async text(path: string): Promise<string> {
    return (await this.get(path)).text();
  }

  async post(path: string, fields: Record<string, string>): Promise<Response> {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    return this.send('POST', path, new URLSearchParams(fields).toString(), headers);
  }

  /** The csrf field of a page. */
  async csrf(path: string): Promise<string> {
    return /name="csrf" value="([^"]+)"/.exec(await this.text(path))?.[1] ?? '';
  }

  /** Posts with the csrf field of the page that has the form. */
  async postForm(page: string, path: string, fields: Record<string, string>): Promise<Response> {
    return this.post(path, { csrf: await this.csrf(page), ...fields });
  }

  async login(password = 'demo', next = '/'): Promise<Response> {
    return this.postForm('/login', '/login', { username: 'demo', password, next });
  }

  async token(fields: Record<string, string | number | undefined>): Promise<TokenReply> {
    const given = Object.entries(fields).map(([key, value]) => [key, String(value)]);
    const answer = await this.post('/oauth/token', Object.fromEntries(given) as Record<string, string>);
    return { status: answer.status, body: (await answer.json()) as TokenReply['body'] };
  }

  async bearer(path: string, token: TokenReply): Promise<Response> {
    return this.send('GET', path, undefined, { authorization: `Bearer ${token.body['access_token']}` });
  }
}
