import { deflateRawSync, deflateSync, brotliCompressSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { classify } from '@holdfast/resilience';
import { systemClock } from '@holdfast/resilience/clock';
import { describe, expect, it } from 'vitest';
import { HoldfastError } from '../model/error.ts';
import { httpTransport } from './http-transport.ts';
import type { Answer, Exchange, Transport } from './port.ts';
import { head, rawServer, response } from './testing/raw-server.ts';

const TEXT = 'a record that matters, '.repeat(500);
const never = new AbortController().signal;

function make(env: Record<string, string> = {}): Transport {
  return httpTransport({ clock: systemClock, userAgent: 'holdfast/test', env });
}

function ask(url: string, options: Partial<Exchange> = {}): Exchange {
  return { url, headers: { accept: 'text/xml' }, timeouts: { connect: 5_000, firstByte: 5_000, idle: 5_000 }, maxBytes: 1_000_000, ...options };
}

async function failure(sent: Promise<Answer>): Promise<HoldfastError> {
  const error: unknown = await sent.then(() => new Error('it was answered'), (reason: unknown) => reason);
  expect(error).toBeInstanceOf(HoldfastError);
  return error as HoldfastError;
}

/** What one answer, played once per connection, is turned into. */
async function outcome(bytes: string | Uint8Array, after: 'keep' | 'end' | 'reset' = 'keep', options: Partial<Exchange> = {}): Promise<Answer | HoldfastError> {
  await using server = await rawServer((socket) => {
    socket.write(bytes, () => {
      if (after === 'end') socket.end();
      if (after === 'reset') setTimeout(() => socket.resetAndDestroy(), 20);
    });
  });
  const transport = make();
  try {
    return await transport.send(ask(server.url, options), never);
  } catch (error) {
    if (!(error instanceof HoldfastError)) throw error;
    // A second request never meets what the first one left behind.
    await transport.send(ask(server.url, options), never).catch(() => undefined);
    expect(server.connections()).toBe(server.requests.length);
    return error;
  } finally {
    expect(server.requests.length).toBeGreaterThan(0);
    await transport.close();
  }
}

function textOf(answer: Answer | HoldfastError): string {
  if (answer instanceof HoldfastError) throw answer;
  return new TextDecoder().decode(answer.body);
}

function expectFailure(got: Answer | HoldfastError, code: string, category = 'network'): HoldfastError {
  expect(got).toBeInstanceOf(HoldfastError);
  const error = got as HoldfastError;
  expect({ code: error.code, category: classify(error).category }).toEqual({ code, category });
  expect(error.hint).not.toBe('');
  return error;
}

describe('a whole answer', () => {
  it('arrives with its status, lower-case headers, URL and time, and the request says who asks', async () => {
    await using server = await rawServer((socket) => socket.write(response('hello', 'X-One: 1', 'Set-Cookie: a=1', 'Set-Cookie: b=2')));
    const transport = make();
    const answer = await transport.send(ask(`${server.url}/oai?verb=Identify#part`), never);
    expect({ ...answer, body: textOf(answer), receivedAt: typeof answer.receivedAt }).toEqual({
      url: `${server.url}/oai?verb=Identify#part`, status: 200, body: 'hello', receivedAt: 'number',
      headers: { 'content-length': '5', 'x-one': '1', 'set-cookie': 'a=1, b=2' },
    });
    expect(server.requests[0]?.split('\r\n').sort()).toEqual([
      'GET /oai?verb=Identify HTTP/1.1', 'Connection: keep-alive', 'accept-encoding: gzip, deflate', 'accept: text/xml',
      `host: 127.0.0.1:${server.port}`, 'user-agent: holdfast/test',
    ].sort());
    await transport.close();
  });

  it.each([
    ['gzip', gzipSync(TEXT)], ['x-gzip', gzipSync(TEXT)], ['GZIP', Buffer.concat([gzipSync(TEXT), gzipSync('')])],
    ['deflate', deflateSync(TEXT)], ['deflate', deflateRawSync(TEXT)], ['br', brotliCompressSync(TEXT)],
    ['zstd', zstdCompressSync(TEXT)], ['identity', Buffer.from(TEXT)],
  ])('is decoded from %s', async (coding, body) => {
    expect(textOf(await outcome(response(body, `Content-Encoding: ${coding}`)))).toBe(TEXT);
  });

  it.each([1, 2, 3, 7])('is decoded when it trickles in by %i bytes', async (step) => {
    const bytes = response(deflateSync('short text'), 'Content-Encoding: deflate');
    await using server = await rawServer((socket) => {
      socket.setNoDelay(true);
      const next = (at: number): void => {
        if (at < bytes.length) socket.write(bytes.subarray(at, at + step), () => setImmediate(next, at + step));
      };
      next(0);
    });
    const transport = make();
    expect(textOf(await transport.send(ask(server.url), never))).toBe('short text');
    await transport.close();
  });

  it('may be chunked, may be delimited by the end of the connection, may be empty', async () => {
    expect(textOf(await outcome(`${head('HTTP/1.1 200 OK', 'Transfer-Encoding: chunked')}5\r\nhello\r\n0\r\n\r\n`))).toBe('hello');
    expect(textOf(await outcome(`${head('HTTP/1.0 200 OK')}hello`, 'end'))).toBe('hello');
    expect(textOf(await outcome(response('')))).toBe('');
    expect(textOf(await outcome(head('HTTP/1.1 301 Moved', 'Location: /x', 'Content-Encoding: gzip', 'Content-Length: 0')))).toBe('');
  });

  it('with an error status is an answer like any other', async () => {
    const got = await outcome(`${head('HTTP/1.1 503 Busy', 'Retry-After: 7', 'Content-Length: 4')}busy`);
    expect(got).toMatchObject({ status: 503, headers: { 'retry-after': '7' } });
  });
});

describe('a body that is not what it says', () => {
  const gz = gzipSync(TEXT);
  const corrupt = Buffer.from(gz);
  corrupt[40] = (corrupt[40] ?? 0) ^ 0xff;
  const badCrc = Buffer.from(gz);
  badCrc[badCrc.length - 6] = (badCrc[badCrc.length - 6] ?? 0) ^ 0xff;

  it.each([
    ['gzip cut in half', gz.subarray(0, gz.length / 2), 'gzip'],
    ['gzip without its last byte', gz.subarray(0, -1), 'gzip'],
    ['gzip cut to nothing', Buffer.alloc(0), 'gzip'],
    ['gzip cut to one byte', gz.subarray(0, 1), 'gzip'],
    ['gzip with a flipped byte', corrupt, 'gzip'],
    ['gzip with a wrong checksum', badCrc, 'gzip'],
    ['plain text labelled gzip', Buffer.from(TEXT), 'gzip'],
    ['gzip labelled deflate', gz, 'deflate'],
    ['gzip and then text', Buffer.concat([gz, Buffer.from('more')]), 'gzip'],
    ['gzip and then zeros', Buffer.concat([gz, Buffer.alloc(9)]), 'gzip'],
    ['deflate cut', deflateSync(TEXT).subarray(0, -3), 'deflate'],
    ['deflate and then text', Buffer.concat([deflateSync(TEXT), Buffer.from('more')]), 'deflate'],
    ['raw deflate cut', deflateRawSync(TEXT).subarray(0, -1), 'deflate'],
    ['brotli cut', brotliCompressSync(TEXT).subarray(0, -1), 'br'],
    ['brotli and then text', Buffer.concat([brotliCompressSync(TEXT), Buffer.from('more')]), 'br'],
    ['zstd cut', zstdCompressSync(TEXT).subarray(0, -1), 'zstd'],
  ])('is refused: %s, with the right length', async (_name, body, coding) => {
    expectFailure(await outcome(response(body, `Content-Encoding: ${coding}`)), 'ERR_BODY_CORRUPT');
  });

  it('is refused: text after the end of gzip, in a packet of its own', async () => {
    await using server = await rawServer((socket) => {
      socket.write(`${head('HTTP/1.1 200 OK', 'Content-Encoding: gzip', `Content-Length: ${gz.length + 4}`)}`);
      socket.write(gz);
      setTimeout(() => socket.write('more'), 30);
    });
    const transport = make();
    expectFailure(await failure(transport.send(ask(server.url), never)), 'ERR_BODY_CORRUPT');
    await transport.close();
  });

  it('is refused: codings that were not asked for', async () => {
    expectFailure(await outcome(response('x', 'Content-Encoding: compress')), 'ERR_CONTENT_CODING');
    expectFailure(await outcome(response(gzipSync(gz), 'Content-Encoding: gzip, gzip')), 'ERR_CONTENT_CODING');
    expectFailure(await outcome(response('x', 'Content-Encoding: constructor')), 'ERR_CONTENT_CODING');
  });

  it.each(['end', 'reset'] as const)('is refused: shorter than Content-Length, then %s', async (after) => {
    expectFailure(await outcome(`${head('HTTP/1.1 200 OK', 'Content-Length: 50')}hello`, after), 'ERR_BODY_CUT');
  });

  it.each(['end', 'reset'] as const)('is refused: chunks cut, then %s', async (after) => {
    expectFailure(await outcome(`${head('HTTP/1.1 200 OK', 'Transfer-Encoding: chunked')}5\r\nhello\r\n`, after), 'ERR_BODY_CUT');
  });

  it('is refused: the head and the cut in one packet', async () => {
    expectFailure(await outcome(head('HTTP/1.1 200 OK', 'Content-Length: 50'), 'end'), 'ERR_BODY_CUT');
  });

  it('is refused: chunks that are garbage', async () => {
    expectFailure(await outcome(`${head('HTTP/1.1 200 OK', 'Transfer-Encoding: chunked')}5\r\nhello\r\nnonsense\r\n`), 'ERR_BODY_CUT');
  });

  it.each(['keep-alive', 'close'])('is refused: longer than Content-Length, Connection: %s', async (connection) => {
    const answer = `${head('HTTP/1.1 200 OK', `Connection: ${connection}`, 'Content-Length: 5')}hello and more`;
    expectFailure(await outcome(answer), 'ERR_BODY_TOO_LONG');
  });

  it('is refused: no length, and the connection is reset instead of closed', async () => {
    expectFailure(await outcome(`${head('HTTP/1.0 200 OK')}hello`, 'reset'), 'ERR_BODY_CUT');
  });

  it('is refused: two lengths that differ', async () => {
    expectFailure(await outcome(`${head('HTTP/1.1 200 OK', 'Content-Length: 5', 'Content-Length: 6')}hello!`), 'ERR_NOT_HTTP');
  });
});

describe('limits of size', () => {
  it('stop a plain body that is too large, while it comes', async () => {
    expectFailure(await outcome(`${head('HTTP/1.1 200 OK', 'Content-Length: 99999999')}${TEXT}`, 'keep', { maxBytes: 1000 }), 'ERR_BODY_TOO_LARGE', 'permanent');
  });

  it('stop a compressed bomb by its decoded size', async () => {
    const bomb = gzipSync(Buffer.alloc(20_000_000));
    expect(bomb.length).toBeLessThan(100_000);
    expectFailure(await outcome(response(bomb, 'Content-Encoding: gzip'), 'keep', { maxBytes: 1_000_000 }), 'ERR_BODY_TOO_LARGE', 'permanent');
  });

  it('let a body of exactly the bound pass', async () => {
    expect(textOf(await outcome(response(TEXT), 'keep', { maxBytes: TEXT.length }))).toBe(TEXT);
    expect(textOf(await outcome(response(gzipSync(TEXT), 'Content-Encoding: gzip'), 'keep', { maxBytes: TEXT.length }))).toBe(TEXT);
  });

  it('bound the headers', async () => {
    expectFailure(await outcome(head('HTTP/1.1 200 OK', `X-Long: ${'x'.repeat(100_000)}`, 'Content-Length: 0')), 'ERR_HEADERS_TOO_LARGE');
  });
});

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
    const error = expectFailure(await outcome('HTTP/1.1 2', after), after === 'end' ? 'ERR_CONNECTION_LOST' : 'ERR_CONNECTION_LOST');
    expect(error.verdict?.safeToReplay).toBe('unknown');
  });

  it('answers something else than HTTP', async () => {
    expectFailure(await outcome('220 mail.example.org ESMTP\r\n', 'end'), 'ERR_NOT_HTTP');
  });

  it('names a host that does not exist', async () => {
    const transport = make();
    expectFailure(await failure(transport.send(ask('http://no-such-host.invalid/'), never)), 'ERR_DNS', 'dns');
    await transport.close();
  });

  it('speaks plain HTTP where TLS is expected', async () => {
    await using server = await rawServer((socket) => socket.write(response('x')));
    const transport = make();
    // A TLS greeting holds no blank line, so the server speaks first only when it is asked; it hangs up here.
    expect((await failure(transport.send(ask(server.url.replace('http', 'https'), { timeouts: { connect: 60, firstByte: 5_000, idle: 5_000 } }), never))).code)
      .toBe('ERR_TIMEOUT_CONNECT');
    await transport.close();
  });

  it('a throttle that breaks off keeps its Retry-After', async () => {
    const got = await outcome(`${head('HTTP/1.1 429 Too Many', 'Retry-After: 3600', 'Content-Length: 50')}cut`, 'end');
    expect(expectFailure(got, 'ERR_BODY_CUT', 'rate-limit').verdict).toMatchObject({ retryAfterMs: 3_600_000 });
  });
});

describe('deadlines', () => {
  const short = { connect: 5_000, firstByte: 5_000, idle: 5_000 };

  it('end a wait for the first byte', async () => {
    await using server = await rawServer(() => undefined);
    const transport = make();
    const error = await failure(transport.send(ask(server.url, { timeouts: { ...short, firstByte: 40 } }), never));
    expect(expectFailure(error, 'ERR_TIMEOUT_FIRST_BYTE', 'timeout').verdict).toMatchObject({ safeToReplay: 'unknown' });
    expect(server.requests).toHaveLength(1);
    await transport.close();
  });

  it('end a body that stands still, and the next request gets a fresh socket', async () => {
    await using server = await rawServer((socket, n) => socket.write(n === 1 ? `${head('HTTP/1.1 200 OK', 'Content-Length: 50')}hello` : response('fine')));
    const transport = make();
    expectFailure(await failure(transport.send(ask(server.url, { timeouts: { ...short, idle: 40 } }), never)), 'ERR_TIMEOUT_IDLE', 'timeout');
    expect(textOf(await transport.send(ask(server.url), never))).toBe('fine');
    expect(server.connections()).toBe(2);
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
    expect(textOf(await transport.send(ask(server.url, { timeouts: { ...short, idle: 150 } }), never))).toBe('x'.repeat(20));
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
    expect(await both).toEqual([{ status: 'rejected', reason }, { status: 'rejected', reason }]);
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
    const answers = await Promise.all(['/a', '/b', '/c'].map((path) => transport.send(ask(server.url + path), never)));
    expect(answers.map(textOf)).toEqual(['answer 1', 'answer 2', 'answer 3']);
    expect(server.requests.map((text) => text.split(' ')[1])).toEqual(['/a', '/b', '/c']);
    expect(server.connections()).toBe(1);
    await transport.close();
  });

  it('that idle are dropped by reset, while an exchange under way goes on', async () => {
    await using server = await rawServer((socket, n) => setTimeout(() => socket.write(response(`answer ${n}`)), 20));
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
    await using server = await rawServer((socket, n) => (n === 1 ? socket.write(response('first')) : socket.resetAndDestroy()));
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
    expect(() => make({ NODE_TLS_REJECT_UNAUTHORIZED: '0' })).toThrow(expect.objectContaining({ code: 'ERR_TLS_VERIFICATION_OFF' }));
  });

  it('is refused when a proxy variable names what cannot be used', () => {
    expect(() => make({ https_proxy: 'socks5://localhost:1080' })).toThrow(expect.objectContaining({ code: 'ERR_PROXY_URL' }));
  });
});
