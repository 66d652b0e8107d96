import { execFileSync } from 'node:child_process';
import http from 'node:http';
import https from 'node:https';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import net from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import tls from 'node:tls';
import { classify } from '@holdfast/resilience';
import { systemClock } from '@holdfast/resilience/clock';
import { afterAll, describe, expect, it } from 'vitest';
import { HoldfastError } from '../model/error.ts';
import { httpTransport } from './http-transport.ts';
import type { Exchange } from './port.ts';
import { proxiesOf } from './proxy.ts';

const never = new AbortController().signal;
const closing: (() => void)[] = [];
afterAll(() => closing.forEach((close) => close()));

function ask(url: string): Exchange {
  return {
    url,
    headers: {},
    timeouts: { connect: 5_000, firstByte: 5_000, idle: 5_000 },
    maxBytes: 1_000_000,
  };
}

async function listen(server: http.Server | https.Server): Promise<number> {
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

/** A proxy that sends every CONNECT to one local port, whatever its name. */
async function proxyTo(
  target: number,
  options: { password?: string; connectStatus?: string } = {},
): Promise<{ port: number; seen: string[] }> {
  const seen: string[] = [];
  const allowed = (request: http.IncomingMessage): boolean =>
    options.password === undefined ||
    request.headers['proxy-authorization'] ===
      `Basic ${Buffer.from(`me:${options.password}`).toString('base64')}`;
  const server = http.createServer((request, response) => {
    seen.push(`${request.method} ${request.url} ${request.headers.host}`);
    response.statusCode = allowed(request) ? 200 : 407;
    response.end(allowed(request) ? 'by proxy' : 'login first');
  });
  server.on('connect', (request, socket) => {
    seen.push(`CONNECT ${request.url}`);
    if (!allowed(request) || options.connectStatus !== undefined) {
      socket.end(`HTTP/1.1 ${options.connectStatus ?? '407 Authenticate'}\r\nContent-Length: 0\r\n\r\n`);
      return;
    }
    const upstream = net.connect(target, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Established\r\n\r\n');
      upstream.pipe(socket).pipe(upstream);
    });
    upstream.on('error', () => socket.destroy());
    socket.on('error', () => upstream.destroy());
  });
  return { port: await listen(server), seen };
}

function make(env: Record<string, string>) {
  const transport = httpTransport({ clock: systemClock, userAgent: 'holdfast/test', env });
  closing.push(() => void transport.close());
  return transport;
}

async function failure(sent: Promise<unknown>): Promise<HoldfastError> {
  const error: unknown = await sent.then(
    () => new Error('it was answered'),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(HoldfastError);
  return error as HoldfastError;
}

/** A key and a certificate for `upstream.test`, made by the openssl command; null without it. */
function certificate(): { key: string; cert: string } | null {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-tls-'));
  try {
    execFileSync(
      'openssl',
      [
        'req',
        '-x509',
        '-newkey',
        'ec',
        '-pkeyopt',
        'ec_paramgen_curve:prime256v1',
        '-nodes',
        '-days',
        '2',
        '-subj',
        '/CN=upstream.test',
        '-addext',
        'subjectAltName=DNS:upstream.test,IP:127.0.0.1',
        '-keyout',
        join(folder, 'key.pem'),
        '-out',
        join(folder, 'cert.pem'),
      ],
      { stdio: 'ignore' },
    );
    return {
      key: readFileSync(join(folder, 'key.pem'), 'utf8'),
      cert: readFileSync(join(folder, 'cert.pem'), 'utf8'),
    };
  } catch {
    return null;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const made = certificate();

describe('plain http through a proxy', () => {
  it('sends the whole URL, with the credentials of the proxy variable', async () => {
    const proxy = await proxyTo(0, { password: 'p@ss:word' });
    const transport = make({ http_proxy: `http://me:p%40ss%3Aword@127.0.0.1:${proxy.port}` });
    const answer = await transport.send(ask('http://upstream.test:8080/oai?verb=Identify'), never);
    expect(new TextDecoder().decode(answer.body)).toBe('by proxy');
    expect(proxy.seen).toEqual(['GET http://upstream.test:8080/oai?verb=Identify upstream.test:8080']);
  });

  it('says loudly that the proxy wants credentials', async () => {
    const proxy = await proxyTo(0, { password: 'right' });
    const transport = make({ HTTP_PROXY: `me:wrong@127.0.0.1:${proxy.port}` });
    const error = await failure(transport.send(ask('http://upstream.test/'), never));
    expect({
      code: error.code,
      category: classify(error).category,
      replay: classify(error).safeToReplay,
    }).toEqual({ code: 'ERR_PROXY_AUTH', category: 'permanent', replay: 'no' });
    expect(`${error.message}${error.hint}`).not.toContain('wrong');
    expect(proxy.seen).toHaveLength(1);
  });

  it('never goes through it to this machine', async () => {
    const proxy = await proxyTo(0);
    const port = await listen(http.createServer((_request, response) => response.end('direct')));
    const transport = make({ ALL_PROXY: `http://127.0.0.1:${proxy.port}` });
    for (const host of ['127.0.0.1', 'localhost']) {
      const answer = await transport
        .send(ask(`http://${host}:${port}/`), never)
        .catch((error: unknown) => error);
      // `localhost` may be IPv6 alone here; what counts is that the proxy was not asked.
      if (host === '127.0.0.1') expect(answer).toMatchObject({ status: 200 });
    }
    expect(proxy.seen).toEqual([]);
  });

  it('fails as network when the proxy is not there', async () => {
    const port = await listen(http.createServer());
    closing.pop()?.();
    const error = await failure(
      make({ http_proxy: `127.0.0.1:${port}` }).send(ask('http://upstream.test/'), never),
    );
    expect({ code: error.code, category: classify(error).category }).toEqual({
      code: 'ERR_CONNECT',
      category: 'network',
    });
    expect(error.message).toContain('through the proxy');
  });
});

describe.skipIf(made === null)('TLS (needs the openssl command)', () => {
  async function secureServer(): Promise<{ port: number; paths: string[] }> {
    const paths: string[] = [];
    const server = https.createServer(
      { key: made?.key ?? '', cert: made?.cert ?? '' },
      (request, response) => {
        paths.push(`${request.headers.host}${request.url}`);
        response.end('secret');
      },
    );
    server.on('tlsClientError', () => undefined);
    return { port: await listen(server), paths };
  }

  it('refuses a certificate that nobody vouches for, directly and through a proxy', async () => {
    const upstream = await secureServer();
    const proxy = await proxyTo(upstream.port);
    const direct = await failure(make({}).send(ask(`https://127.0.0.1:${upstream.port}/`), never));
    const proxied = await failure(
      make({ https_proxy: `http://127.0.0.1:${proxy.port}` }).send(ask('https://upstream.test/'), never),
    );
    for (const error of [direct, proxied]) {
      expect({ code: error.code, ...classify(error) }).toMatchObject({
        code: 'DEPTH_ZERO_SELF_SIGNED_CERT',
        category: 'tls',
        safeToReplay: 'no',
      });
      expect(error.code).toBe('ERR_TLS');
    }
    expect(proxy.seen).toEqual(['CONNECT upstream.test:443']);
    expect(upstream.paths).toEqual([]);
  });

  describe('with a certificate that is trusted', () => {
    const before = tls.getCACertificates('default');
    const trusting = async (run: () => Promise<void>): Promise<void> => {
      tls.setDefaultCACertificates([...before, made?.cert ?? '']);
      try {
        await run();
      } finally {
        tls.setDefaultCACertificates(before);
      }
    };

    it('tunnels by CONNECT and keeps the tunnel', () =>
      trusting(async () => {
        const upstream = await secureServer();
        const proxy = await proxyTo(upstream.port, { password: 'pw' });
        const transport = make({ HTTPS_PROXY: `http://me:pw@127.0.0.1:${proxy.port}` });
        for (const path of ['/1', '/2']) {
          const answer = await transport.send(ask(`https://upstream.test${path}`), never);
          expect(new TextDecoder().decode(answer.body)).toBe('secret');
        }
        expect(upstream.paths).toEqual(['upstream.test/1', 'upstream.test/2']);
        expect(proxy.seen).toEqual(['CONNECT upstream.test:443']);
      }));

    it('refuses a certificate of another name', () =>
      trusting(async () => {
        const upstream = await secureServer();
        const proxy = await proxyTo(upstream.port);
        const error = await failure(
          make({ https_proxy: `http://127.0.0.1:${proxy.port}` }).send(ask('https://other.test/'), never),
        );
        expect(classify(error)).toMatchObject({ category: 'tls', code: 'ERR_TLS_CERT_ALTNAME_INVALID' });
        expect(upstream.paths).toEqual([]);
      }));

    it('talks to it directly', () =>
      trusting(async () => {
        const upstream = await secureServer();
        expect(await make({}).send(ask(`https://127.0.0.1:${upstream.port}/x`), never)).toMatchObject({
          status: 200,
        });
      }));
  });

  it.each([
    ['407 Authenticate', 'ERR_PROXY_AUTH', 'permanent'],
    ['403 Forbidden', 'ERR_PROXY_REFUSED', 'permanent'],
    ['502 Bad Gateway', 'ERR_PROXY_REFUSED', 'network'],
  ])('CONNECT answered by %s is %s, %s', async (connectStatus, code, category) => {
    const proxy = await proxyTo(0, { connectStatus });
    const error = await failure(
      make({ https_proxy: `http://127.0.0.1:${proxy.port}` }).send(ask('https://upstream.test/'), never),
    );
    expect({ code: error.code, category: classify(error).category }).toEqual({ code, category });
    expect(proxy.seen).toHaveLength(1);
  });

  it('a proxy that never answers CONNECT runs into the connect limit, and a caller may give up', async () => {
    let greeted = 0;
    const server = http.createServer().on('connect', (_request, socket) => {
      greeted += 1;
      socket.on('error', () => undefined);
    });
    const transport = make({ https_proxy: `http://127.0.0.1:${await listen(server)}` });
    const late = await failure(
      transport.send(
        { ...ask('https://upstream.test/'), timeouts: { connect: 50, firstByte: 5_000, idle: 5_000 } },
        never,
      ),
    );
    expect(late.code).toBe('ERR_TIMEOUT_CONNECT');
    const stop = new AbortController();
    const sent = transport.send(ask('https://upstream.test/'), stop.signal);
    const given = sent.catch((error: unknown) => error);
    while (greeted < 2) await new Promise((resolve) => setTimeout(resolve, 2));
    const reason = new Error('stop');
    stop.abort(reason);
    expect(await given).toBe(reason);
  });
});

describe('the choice of a proxy', () => {
  const chosen = (env: Record<string, string>, url: string): string | null => {
    const proxy = proxiesOf(env)(new URL(url));
    return proxy === null ? null : `${proxy.hostname}:${proxy.port}`;
  };

  it.each<[Record<string, string>, string, string | null]>([
    [{}, 'https://a.org/', null],
    [{ HTTPS_PROXY: 'p:1' }, 'https://a.org/', 'p:1'],
    [{ HTTPS_PROXY: 'p:1' }, 'http://a.org/', null],
    [{ HTTPS_PROXY: 'p:1', https_proxy: 'http://q:2/' }, 'https://a.org/', 'q:2'],
    [{ HTTPS_PROXY: 'p:1', https_proxy: '' }, 'https://a.org/', null],
    [{ all_proxy: 'http://p' }, 'http://a.org/', 'p:80'],
    [{ all_proxy: 'p:1', http_proxy: 'q:2' }, 'http://a.org/', 'q:2'],
    [{ all_proxy: 'http://[::1]:3128' }, 'http://a.org/', '::1:3128'],
    [{ all_proxy: 'p:1' }, 'http://localhost/', null],
    [{ all_proxy: 'p:1' }, 'http://127.9.9.9:8080/', null],
    [{ all_proxy: 'p:1' }, 'http://[::1]:8080/', null],
    [{ all_proxy: 'p:1' }, 'http://[::ffff:127.0.0.1]:8080/', null],
    [{ all_proxy: 'p:1', NO_PROXY: '*' }, 'http://a.org/', null],
    [{ all_proxy: 'p:1', NO_PROXY: 'b.org, a.org' }, 'http://a.org/', null],
    [{ all_proxy: 'p:1', no_proxy: 'a.org' }, 'http://x.a.org/', null],
    [{ all_proxy: 'p:1', no_proxy: '.A.org' }, 'http://x.a.org/', null],
    [{ all_proxy: 'p:1', no_proxy: '*.a.org' }, 'http://x.a.org/', null],
    [{ all_proxy: 'p:1', no_proxy: 'a.org' }, 'http://nota.org/', 'p:1'],
    [{ all_proxy: 'p:1', no_proxy: 'a.org:8080' }, 'http://a.org:8080/', null],
    [{ all_proxy: 'p:1', no_proxy: 'a.org:443' }, 'https://a.org/', null],
    [{ all_proxy: 'p:1', no_proxy: 'a.org:8080' }, 'http://a.org/', 'p:1'],
    [{ all_proxy: 'p:1', no_proxy: '[2001:db8::1]:80' }, 'http://[2001:db8::1]/', null],
    [{ all_proxy: 'p:1', no_proxy: '2001:db8::1' }, 'http://[2001:db8::1]/', null],
    [{ all_proxy: 'p:1', no_proxy: '10.0.0.0/8' }, 'http://10.1.2.3/', 'p:1'],
  ])('%j, %s: %s', (env, url, expected) => {
    expect(chosen(env, url)).toBe(expected);
  });

  it.each(['socks5://p:1', 'https://p:1', 'http://', 'p:99999'])(
    'refuses %s instead of going without',
    (url) => {
      expect(() => proxiesOf({ ALL_PROXY: url })).toThrow(expect.objectContaining({ code: 'ERR_PROXY_URL' }));
    },
  );
});
