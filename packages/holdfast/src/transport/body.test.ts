import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { TEXT, ask, expectFailure, failure, make, never, outcome, textOf } from './testing/exchanges.ts';
import { head, rawServer, response } from './testing/raw-server.ts';

describe('a whole answer', () => {
  it('arrives with its status, lower-case headers, URL and time, and the request says who asks', async () => {
    await using server = await rawServer((socket) =>
      socket.write(response('hello', 'X-One: 1', 'Set-Cookie: a=1', 'Set-Cookie: b=2')),
    );
    const transport = make();
    const answer = await transport.send(ask(`${server.url}/oai?verb=Identify#part`), never);
    expect({ ...answer, body: textOf(answer), receivedAt: typeof answer.receivedAt }).toEqual({
      url: `${server.url}/oai?verb=Identify#part`,
      status: 200,
      body: 'hello',
      receivedAt: 'number',
      headers: { 'content-length': '5', 'x-one': '1', 'set-cookie': 'a=1, b=2' },
    });
    expect(server.requests[0]?.split('\r\n').sort()).toEqual(
      [
        'GET /oai?verb=Identify HTTP/1.1',
        'Connection: keep-alive',
        'accept-encoding: gzip, deflate',
        'accept: text/xml',
        `host: 127.0.0.1:${server.port}`,
        'user-agent: holdfast/test',
      ].sort(),
    );
    await transport.close();
  });

  it.each([
    ['gzip', gzipSync(TEXT)],
    ['x-gzip', gzipSync(TEXT)],
    ['GZIP', Buffer.concat([gzipSync(TEXT), gzipSync('')])],
    ['deflate', deflateSync(TEXT)],
    ['deflate', deflateRawSync(TEXT)],
    ['br', brotliCompressSync(TEXT)],
    ['zstd', zstdCompressSync(TEXT)],
    ['identity', Buffer.from(TEXT)],
  ])('is decoded from %s', async (coding, body) => {
    expect(textOf(await outcome(response(body, `Content-Encoding: ${coding}`)))).toBe(TEXT);
  });

  it.each([1, 2, 3, 7])('is decoded when it trickles in by %i bytes', async (step) => {
    const bytes = response(deflateSync('short text'), 'Content-Encoding: deflate');
    await using server = await rawServer((socket) => {
      socket.setNoDelay(true);
      const next = (at: number): void => {
        if (at < bytes.length)
          socket.write(bytes.subarray(at, at + step), () => setImmediate(next, at + step));
      };
      next(0);
    });
    const transport = make();
    expect(textOf(await transport.send(ask(server.url), never))).toBe('short text');
    await transport.close();
  });

  it('may be chunked, may be delimited by the end of the connection, may be empty', async () => {
    expect(
      textOf(
        await outcome(`${head('HTTP/1.1 200 OK', 'Transfer-Encoding: chunked')}5\r\nhello\r\n0\r\n\r\n`),
      ),
    ).toBe('hello');
    expect(textOf(await outcome(`${head('HTTP/1.0 200 OK')}hello`, 'end'))).toBe('hello');
    expect(textOf(await outcome(response('')))).toBe('');
    expect(
      textOf(
        await outcome(
          head('HTTP/1.1 301 Moved', 'Location: /x', 'Content-Encoding: gzip', 'Content-Length: 0'),
        ),
      ),
    ).toBe('');
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
      socket.write(
        `${head('HTTP/1.1 200 OK', 'Content-Encoding: gzip', `Content-Length: ${gz.length + 4}`)}`,
      );
      socket.write(gz);
      setTimeout(() => socket.write('more'), 30);
    });
    const transport = make();
    expectFailure(await failure(transport.send(ask(server.url), never)), 'ERR_BODY_CORRUPT');
    await transport.close();
  });

  it('is refused: codings that were not asked for', async () => {
    expectFailure(await outcome(response('x', 'Content-Encoding: compress')), 'ERR_CONTENT_CODING');
    expectFailure(
      await outcome(response(gzipSync(gz), 'Content-Encoding: gzip, gzip')),
      'ERR_CONTENT_CODING',
    );
    expectFailure(await outcome(response('x', 'Content-Encoding: constructor')), 'ERR_CONTENT_CODING');
  });

  it.each(['end', 'reset'] as const)('is refused: shorter than Content-Length, then %s', async (after) => {
    expectFailure(
      await outcome(`${head('HTTP/1.1 200 OK', 'Content-Length: 50')}hello`, after),
      'ERR_BODY_CUT',
    );
  });

  it.each(['end', 'reset'] as const)('is refused: chunks cut, then %s', async (after) => {
    expectFailure(
      await outcome(`${head('HTTP/1.1 200 OK', 'Transfer-Encoding: chunked')}5\r\nhello\r\n`, after),
      'ERR_BODY_CUT',
    );
  });

  it('is refused: the head and the cut in one packet', async () => {
    expectFailure(await outcome(head('HTTP/1.1 200 OK', 'Content-Length: 50'), 'end'), 'ERR_BODY_CUT');
  });

  it('is refused: chunks that are garbage', async () => {
    expectFailure(
      await outcome(`${head('HTTP/1.1 200 OK', 'Transfer-Encoding: chunked')}5\r\nhello\r\nnonsense\r\n`),
      'ERR_BODY_CUT',
    );
  });

  it.each(['keep-alive', 'close'])(
    'is refused: longer than Content-Length, Connection: %s',
    async (connection) => {
      const answer = `${head('HTTP/1.1 200 OK', `Connection: ${connection}`, 'Content-Length: 5')}hello and more`;
      expectFailure(await outcome(answer), 'ERR_BODY_TOO_LONG');
    },
  );

  it('is refused: no length, and the connection is reset instead of closed', async () => {
    expectFailure(await outcome(`${head('HTTP/1.0 200 OK')}hello`, 'reset'), 'ERR_BODY_CUT');
  });

  it('is refused: two lengths that differ', async () => {
    expectFailure(
      await outcome(`${head('HTTP/1.1 200 OK', 'Content-Length: 5', 'Content-Length: 6')}hello!`),
      'ERR_NOT_HTTP',
    );
  });
});

describe('limits of size', () => {
  it('stop a plain body that is too large, while it comes', async () => {
    expectFailure(
      await outcome(`${head('HTTP/1.1 200 OK', 'Content-Length: 99999999')}${TEXT}`, 'keep', {
        maxBytes: 1000,
      }),
      'ERR_BODY_TOO_LARGE',
      'permanent',
    );
  });

  it('stop a compressed bomb by its decoded size', async () => {
    const bomb = gzipSync(Buffer.alloc(20_000_000));
    expect(bomb.length).toBeLessThan(100_000);
    expectFailure(
      await outcome(response(bomb, 'Content-Encoding: gzip'), 'keep', { maxBytes: 1_000_000 }),
      'ERR_BODY_TOO_LARGE',
      'permanent',
    );
  });

  it('let a body of exactly the bound pass', async () => {
    expect(textOf(await outcome(response(TEXT), 'keep', { maxBytes: TEXT.length }))).toBe(TEXT);
    expect(
      textOf(
        await outcome(response(gzipSync(TEXT), 'Content-Encoding: gzip'), 'keep', { maxBytes: TEXT.length }),
      ),
    ).toBe(TEXT);
  });

  it('bound the headers', async () => {
    expectFailure(
      await outcome(head('HTTP/1.1 200 OK', `X-Long: ${'x'.repeat(100_000)}`, 'Content-Length: 0')),
      'ERR_HEADERS_TOO_LARGE',
    );
  });
});
