import { once } from 'node:events';
import { createServer as createPlainServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { connect, createServer } from 'node:tls';
import type { ConnectionOptions, TlsOptions } from 'node:tls';
import { beforeAll, test } from 'vitest';
import { makeCertificate } from './certificates.ts';
import type { Certificate } from './certificates.ts';
import { failure } from './row-count.ts';
import type { Expected, RowCount } from './row-count.ts';

const refused: Expected = { category: 'tls', scope: 'call', safeToReplay: 'no', evidence: 'code' };

/** Handshakes with servers that are not who they should be, or speak another language. */
export function tlsCases(count: RowCount): void {
  let good: Certificate;
  beforeAll(() => {
    good = makeCertificate('localhost', 2);
  });

  test('a certificate that signed itself, by tls and by fetch', async () => {
    const code = 'DEPTH_ZERO_SELF_SIGNED_CERT';
    count.live(await handshake(good, {}), { ...refused, code });
    await using server = await listen(good);
    const error = await failure(() => fetch(`https://localhost:${server.port}/`));
    count.live(error, { ...refused, code });
  });

  test('a certificate of somebody else', async () => {
    const error = await handshake(good, { ca: good.cert, servername: 'other.test' });
    count.live(error, { ...refused, code: 'ERR_TLS_CERT_ALTNAME_INVALID' });
  });

  test('a certificate that has expired is tried once more: the clock may be wrong', async () => {
    const expired = makeCertificate('localhost', -1);
    const error = await handshake(expired, { ca: expired.cert });
    count.live(error, { ...refused, safeToReplay: 'yes', code: 'CERT_HAS_EXPIRED' });
  });

  test('a peer that speaks no TLS', async () => {
    const plain = createPlainServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    await once(plain.listen(0, '127.0.0.1'), 'listening');
    const socket = connect({ port: (plain.address() as AddressInfo).port, host: '127.0.0.1' });
    const [error] = (await once(socket, 'error')) as [unknown];
    count.live(error, { ...refused, code: 'ERR_SSL_WRONG_VERSION_NUMBER' });
    plain.close();
  });

  test('no version in common', async () => {
    const error = await handshake(good, { ca: good.cert, maxVersion: 'TLSv1.2' }, { minVersion: 'TLSv1.3' });
    count.live(error, { category: 'tls', safeToReplay: 'no' });
  });
}

async function handshake(
  certificate: Certificate,
  client: ConnectionOptions,
  server: TlsOptions = {},
): Promise<unknown> {
  await using listening = await listen(certificate, server);
  const socket = connect({ port: listening.port, host: '127.0.0.1', servername: 'localhost', ...client });
  const [error] = (await once(socket, 'error')) as [unknown];
  return error;
}

async function listen(
  certificate: Certificate,
  options: TlsOptions = {},
): Promise<{ readonly port: number } & AsyncDisposable> {
  const server = createServer({ ...certificate, ...options }).listen(0, '127.0.0.1');
  // The client ends the handshake: that is what is tested.
  server.on('tlsClientError', () => {});
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    [Symbol.asyncDispose]: async () => {
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
