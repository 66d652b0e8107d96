import { describe, expect, it } from 'vitest';
import type { Head } from './port.ts';
import { ask, expectFailure, failure, make, never, outcome, textOf } from './testing/exchanges.ts';
import { head, rawServer, response } from './testing/raw-server.ts';

describe('a connection that fails', () => {
  it('refused: network, nothing was sent', async () => {
    const server = await rawServer(() => undefined);
    await server[Symbol.asyncDispose]();
    const transport = make();
    const error = expectFailure(await failure(transport.send(ask(server.url), never)), 'ERR_CONNECT');
    expect(error.verdict).toMatchObject({ safeToReplay: 'yes', code: 'ECONNREFUSED' });
    await transport.close();
  });

  it.each(['end', 'reset'] as const)('%s before the head: network, outcome unknown', async (after) => {
    const error = expectFailure(
      await outcome('HTTP/1.1 2', after),
      after === 'end' ? 'ERR_CONNECTION_LOST' : 'ERR_CONNECTION_LOST',
    );
    expect(error.verdict?.safeToReplay).toBe('unknown');
  });

  it('answers something else than HTTP', async () => {
    expectFailure(await outcome('220 mail.example.org ESMTP\r\n', 'end'), 'ERR_NOT_HTTP');
  });

  it('names a host that does not exist', async () => {
    const transport = make();
    expectFailure(
      await failure(transport.send(ask('http://no-such-host.invalid/'), never)),
      'ERR_DNS',
      'dns',
    );
    await transport.close();
  });

  it('speaks plain HTTP where TLS is expected', async () => {
    await using server = await rawServer((socket) => socket.write(response('x')));
    const transport = make();
    // A TLS greeting holds no blank line, so the server speaks first only when it is asked; it hangs up here.
    expect(
      (
        await failure(
          transport.send(
            ask(server.url.replace('http', 'https'), {
              timeouts: { connect: 60, firstByte: 5_000, idle: 5_000 },
            }),
            never,
          ),
        )
      ).code,
    ).toBe('ERR_TIMEOUT_CONNECT');
    await transport.close();
  });

  it('a throttle that breaks off keeps its Retry-After', async () => {
    const got = await outcome(
      `${head('HTTP/1.1 429 Too Many', 'Retry-After: 3600', 'Content-Length: 50')}cut`,
      'end',
    );
    expect(expectFailure(got, 'ERR_BODY_CUT', 'rate-limit').verdict).toMatchObject({
      retryAfterMs: 3_600_000,
    });
  });
});

describe('deadlines', () => {
  const short = { connect: 5_000, firstByte: 5_000, idle: 5_000 };

  it('end a wait for the first byte', async () => {
    await using server = await rawServer(() => undefined);
    const transport = make();
    const error = await failure(
      transport.send(ask(server.url, { timeouts: { ...short, firstByte: 40 } }), never),
    );
    expect(expectFailure(error, 'ERR_TIMEOUT_FIRST_BYTE', 'timeout').verdict).toMatchObject({
      safeToReplay: 'unknown',
    });
    expect(server.requests).toHaveLength(1);
    await transport.close();
  });

  it('end a body that stands still, and the next request gets a fresh socket', async () => {
    await using server = await rawServer((socket, n) =>
      socket.write(n === 1 ? `${head('HTTP/1.1 200 OK', 'Content-Length: 50')}hello` : response('fine')),
    );
    const transport = make();
    expectFailure(
      await failure(transport.send(ask(server.url, { timeouts: { ...short, idle: 40 } }), never)),
      'ERR_TIMEOUT_IDLE',
      'timeout',
    );
    expect(textOf(await transport.send(ask(server.url), never))).toBe('fine');
    expect(server.connections()).toBe(2);
    await transport.close();
  });

  it('that cut off a body do not hide its head', async () => {
    await using server = await rawServer((socket) =>
      socket.write(
        `${head('HTTP/1.1 503 Service Unavailable', 'Content-Length: 50', 'Retry-After: 600')}hello`,
      ),
    );
    const transport = make();
    const heads: Head[] = [];
    const timeouts = { ...short, idle: 40 };
    await failure(
      transport.send({ ...ask(server.url, { timeouts }), onHead: (seen) => heads.push(seen) }, never),
    );
    expect(heads).toMatchObject([{ status: 503, headers: { 'retry-after': '600' } }]);
    await transport.close();
  });

  it('leave a slow body alone while its bytes flow', async () => {
    await using server = await rawServer((socket) => {
      const bytes = response('x'.repeat(20));
      const next = (at: number): void => {
        if (at < bytes.length) socket.write(bytes.subarray(at, at + 5), () => setTimeout(next, 15, at + 5));
      };
      next(0);
    });
    const transport = make();
    // Twelve parts, 15 ms apart, take longer than the idle limit; each alone does not.
    expect(textOf(await transport.send(ask(server.url, { timeouts: { ...short, idle: 150 } }), never))).toBe(
      'x'.repeat(20),
    );
    await transport.close();
  });
});

describe('the caller', () => {
  it('gets its own reason back when it gives up, and no request leaves after that', async () => {
    await using server = await rawServer(() => undefined);
    const transport = make();
    const stop = new AbortController();
    const reason = new Error('user stop');
    const sent = transport.send(ask(server.url), stop.signal);
    const queued = transport.send(ask(`${server.url}/queued`), stop.signal);
    const both = Promise.allSettled([sent, queued]);
    while (server.requests.length === 0) await new Promise((resolve) => setTimeout(resolve, 2));
    stop.abort(reason);
    expect(await both).toEqual([
      { status: 'rejected', reason },
      { status: 'rejected', reason },
    ]);
    await expect(transport.send(ask(server.url), stop.signal)).rejects.toBe(reason);
    expect(server.requests).toHaveLength(1);
    await transport.close();
  });

  it('is told about a URL that cannot be asked', async () => {
    const transport = make();
    for (const url of ['nonsense', 'file:///etc/passwd', 'ftp://example.org/']) {
      expectFailure(await failure(transport.send(ask(url), never)), 'ERR_URL', 'permanent');
    }
    await transport.close();
  });

  it('cannot send after close, and close ends what is under way', async () => {
    await using server = await rawServer(() => undefined);
    const transport = make();
    const sent = failure(transport.send(ask(server.url), never));
    while (server.requests.length === 0) await new Promise((resolve) => setTimeout(resolve, 2));
    await transport.close();
    expectFailure(await sent, 'ERR_TRANSPORT_CLOSED', 'cancelled');
    expectFailure(await failure(transport.send(ask(server.url), never)), 'ERR_TRANSPORT_CLOSED', 'cancelled');
  });
});

describe('sockets', () => {
  it('are kept, one per origin, also when several ask at once', async () => {
    await using server = await rawServer((socket, n) => socket.write(response(`answer ${n}`)));
    const transport = make();
    const answers = await Promise.all(
      ['/a', '/b', '/c'].map((path) => transport.send(ask(server.url + path), never)),
    );
    expect(answers.map(textOf)).toEqual(['answer 1', 'answer 2', 'answer 3']);
    expect(server.requests.map((text) => text.split(' ')[1])).toEqual(['/a', '/b', '/c']);
    expect(server.connections()).toBe(1);
    await transport.close();
  });

  it('that idle are dropped by reset, while an exchange under way goes on', async () => {
    await using server = await rawServer((socket, n) =>
      setTimeout(() => socket.write(response(`answer ${n}`)), 20),
    );
    const transport = make();
    await transport.send(ask(server.url), never);
    transport.reset();
    const second = transport.send(ask(server.url), never);
    while (server.requests.length < 2) await new Promise((resolve) => setTimeout(resolve, 2));
    transport.reset();
    expect(textOf(await second)).toBe('answer 2');
    expect(server.connections()).toBe(2);
    await transport.close();
  });

  it('that died in the pool fail as network with an unknown outcome', async () => {
    await using server = await rawServer((socket, n) =>
      n === 1 ? socket.write(response('first')) : socket.resetAndDestroy(),
    );
    const transport = make();
    await transport.send(ask(server.url), never);
    const error = expectFailure(await failure(transport.send(ask(server.url), never)), 'ERR_CONNECTION_LOST');
    expect(error.verdict).toMatchObject({ safeToReplay: 'unknown', scope: 'call' });
    expect(server.connections()).toBe(1);
    await transport.close();
  });

  it('never give the rest of one answer to the next request', async () => {
    const evil = response('evil');
    await using server = await rawServer((socket, n) => {
      if (n === 1) socket.write(response('first'), () => setTimeout(() => socket.write(evil), 10));
      else socket.write(response('second'));
    });
    const transport = make();
    expect(textOf(await transport.send(ask(server.url), never))).toBe('first');
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(textOf(await transport.send(ask(server.url), never))).toBe('second');
    expect(server.connections()).toBe(2);
    await transport.close();
  });
});

describe('construction', () => {
  it('is refused when the check of certificates is turned off', () => {
    expect(() => make({ NODE_TLS_REJECT_UNAUTHORIZED: '0' })).toThrow(
      expect.objectContaining({ code: 'ERR_TLS_VERIFICATION_OFF' }),
    );
  });

  it('is refused when a proxy variable names what cannot be used', () => {
    expect(() => make({ https_proxy: 'socks5://localhost:1080' })).toThrow(
      expect.objectContaining({ code: 'ERR_PROXY_URL' }),
    );
  });
});
