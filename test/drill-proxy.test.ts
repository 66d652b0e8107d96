import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { get } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { FaultProxy, type FaultProxyOptions } from '../drill/proxy/fault-proxy.ts';
import { HttpFaults } from '../drill/proxy/http-faults.ts';

const BODY = 'x'.repeat(20_000);
const ends: (() => unknown)[] = [];

afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});

async function upstream(): Promise<string> {
  const server = createServer((_, response) => void response.end(BODY));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  ends.push(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  return `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/`;
}

async function proxy(options: FaultProxyOptions = {}): Promise<FaultProxy> {
  const made = await FaultProxy.start(await upstream(), options);
  ends.push(() => made.close());
  return made;
}

interface Got {
  readonly bytes: number;
  readonly error: string | null;
}

/** Asks once on a connection of its own. */
async function ask(url: string): Promise<Got> {
  let bytes = 0;
  const error = await new Promise<string | null>((resolve) => {
    const failed = (cause: NodeJS.ErrnoException): void => resolve(cause.code ?? cause.message);
    get(url, { agent: false }, (answer: IncomingMessage) => {
      answer.on('data', (chunk: Buffer) => (bytes += chunk.length));
      answer.on('error', failed);
      answer.on('end', () => resolve(null));
    }).on('error', failed);
  });
  return { bytes, error };
}

/** Whether it takes at least so long: timers of one process fire in their order. */
async function lastsBeyond(work: Promise<unknown>, ms: number): Promise<boolean> {
  return (await Promise.race([work, new Promise((resolve) => setTimeout(resolve, ms, 'later'))])) === 'later';
}

test('without a toxic everything passes whole', async () => {
  const made = await proxy();
  expect(await ask(made.url)).toMatchObject({ bytes: BODY.length, error: null });
  expect(made.connections).toBe(1);
});

test('latency delays each answer, within its jitter', async () => {
  const made = await proxy();
  made.addToxic({ type: 'latency', attributes: { latency: 120, jitter: 20 } });
  const asked = ask(made.url);
  expect(await lastsBeyond(asked, 90)).toBe(true);
  expect(await asked).toStrictEqual({ bytes: BODY.length, error: null });
  expect(made.struck('latency').connections).toBe(1);
});

test('down refuses connections, cuts those that are open, and listens on its port again', async () => {
  const made = await proxy();
  const socket = connect(made.port, '127.0.0.1');
  await once(socket, 'connect');
  await expect.poll(() => made.connections).toBe(1);
  const closed = once(socket.resume(), 'close');
  expect(await made.disable()).toBe(1);
  await closed;
  expect((await ask(made.url)).error).toBe('ECONNREFUSED');
  await made.enable();
  expect((await ask(made.url)).error).toBeNull();
});

test('a port can be closed from the start', async () => {
  const made = await proxy({ enabled: false });
  expect((await ask(made.url)).error).toBe('ECONNREFUSED');
});

test('bandwidth lets no more bytes pass in a second than its rate', async () => {
  const made = await proxy();
  made.addToxic({ type: 'bandwidth', attributes: { rate: 80 } });
  const asked = ask(made.url);
  expect(await lastsBeyond(asked, 150)).toBe(true);
  expect(await asked).toStrictEqual({ bytes: BODY.length, error: null });
});

test('slow_close passes the end of a stream on later', async () => {
  const made = await proxy();
  made.addToxic({ type: 'slow_close', attributes: { delay: 150 } });
  const socket = connect(made.port, '127.0.0.1');
  let bytes = 0;
  socket.on('data', (chunk: Buffer) => (bytes += chunk.length));
  const ended = once(socket, 'end');
  socket.write('GET / HTTP/1.0\r\n\r\n');
  await expect.poll(() => bytes, { interval: 5 }).toBeGreaterThan(BODY.length);
  await expect.poll(() => made.struck('slow_close').connections, { interval: 5 }).toBe(1);
  expect(await lastsBeyond(ended, 20)).toBe(true);
  await ended;
  expect(made.struck('slow_close').connections).toBe(1);
});

test('timeout lets nothing pass and closes after its time', async () => {
  const made = await proxy();
  made.addToxic({ type: 'timeout', attributes: { timeout: 60 } });
  const asked = ask(made.url);
  expect(await lastsBeyond(asked, 40)).toBe(true);
  expect(await asked).toStrictEqual({ bytes: 0, error: 'ECONNRESET' });
});

test('a timeout of 0 lasts until it is removed, and closes what it swallowed', async () => {
  const made = await proxy();
  made.addToxic({ type: 'timeout', attributes: { timeout: 0 } });
  const asked = ask(made.url);
  await expect.poll(() => made.struck('timeout').connections).toBe(1);
  expect(await lastsBeyond(asked, 80)).toBe(true);
  made.removeToxic('timeout');
  expect(await asked).toMatchObject({ bytes: 0, error: 'ECONNRESET' });
  expect(made.struck('timeout').connections).toBe(1);
});

test('reset_peer resets at once, or within the body', async () => {
  const made = await proxy();
  made.addToxic({ type: 'reset_peer', attributes: { timeout: 0 } });
  expect(await ask(made.url)).toMatchObject({ bytes: 0, error: 'ECONNRESET' });
  made.removeToxic('reset_peer');
  made.addToxic({ type: 'reset_peer', name: 'mid', attributes: { timeout: 20, bytes: 5_000 } });
  const got = await ask(made.url);
  expect(got.error).toBe('ECONNRESET');
  expect(got.bytes).toBeLessThan(5_000);
  expect(made.struck('mid').connections).toBe(1);
});

test('slicer cuts the stream into pieces, all of which come', async () => {
  const made = await proxy();
  made.addToxic({ type: 'slicer', attributes: { average_size: 1000, size_variation: 300, delay: 2000 } });
  expect(await ask(made.url)).toMatchObject({ bytes: BODY.length, error: null });
  expect(made.struck('slicer').bytes).toBeGreaterThan(BODY.length);
});

test('limit_data ends the connection after so many bytes', async () => {
  const made = await proxy();
  made.addToxic({ type: 'limit_data', attributes: { bytes: 3_000 } });
  const got = await ask(made.url);
  expect(got.error).toBe('ECONNRESET');
  expect(got.bytes).toBeGreaterThan(2_000);
  expect(got.bytes).toBeLessThan(3_000);
});

test('a toxic of the upstream stream spoils what the client sends', async () => {
  const made = await proxy();
  made.addToxic({ type: 'limit_data', stream: 'upstream', attributes: { bytes: 10 } });
  expect((await ask(made.url)).error).not.toBeNull();
  expect(made.struck('limit_data').connections).toBe(1);
});

test('toxicity strikes a share of the connections, the same ones by seed', async () => {
  const run = async (seed: number): Promise<string> => {
    const made = await proxy({ seed });
    made.addToxic({ type: 'reset_peer', toxicity: 0.5, attributes: { timeout: 0 } });
    let pattern = '';
    for (let n = 0; n < 12; n += 1) pattern += (await ask(made.url)).error === null ? '.' : 'x';
    expect(made.struck('reset_peer').connections).toBe(pattern.split('x').length - 1);
    return pattern;
  };
  const pattern = await run(7);
  expect(pattern).toMatch(/x/);
  expect(pattern).toMatch(/\./);
  expect(await run(7)).toBe(pattern);
});

test('a toxic has one name once', async () => {
  const made = await proxy();
  made.addToxic({ type: 'timeout', attributes: { timeout: 0 } });
  expect(() => made.addToxic({ type: 'timeout', attributes: { timeout: 0 } })).toThrow('already');
});

/** What comes on a plain connection, until it ends. */
async function rawAnswer(port: number): Promise<string> {
  const socket: Socket = connect(port, '127.0.0.1');
  socket.write('GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
  let text = '';
  for await (const chunk of socket) text += String(chunk);
  return text;
}

test('HTTP rules answer themselves, change an answer, or send what is no HTTP, as often as they are told', async () => {
  const made = await HttpFaults.start(await upstream());
  ends.push(() => made.close());
  expect(await ask(made.url)).toMatchObject({ bytes: BODY.length, error: null });
  made.addRule({
    name: 'portal',
    times: 1,
    answer: () => ({ status: 302, headers: { location: '/login' }, body: Buffer.from('log in') }),
  });
  expect((await fetch(made.url, { redirect: 'manual' })).status).toBe(302);
  expect((await fetch(made.url)).status).toBe(200);
  expect(made.struck('portal')).toBe(1);
  made.addRule({ name: 'garbage', times: 1, raw: () => Buffer.from('\u0016\u0003 no HTTP') });
  expect(await rawAnswer(made.port)).toBe('\u0016\u0003 no HTTP');
  made.addRule({
    name: 'longer',
    mutate: (answer) => ({
      ...answer,
      headers: { ...answer.headers, 'content-length': String(answer.body.length + 9) },
    }),
  });
  expect(await ask(made.url)).toMatchObject({ error: 'ECONNRESET' });
  made.removeRule('longer');
  expect((await ask(made.url)).error).toBeNull();
  expect(made.requests).toBe(6);
});
