import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { WebSocket as Ws, WebSocketServer } from 'ws';
import { adapterConformance } from '../../../src/adapters/conformance.ts';
import { webSocketAdapter } from '../../../src/adapters/websocket/index.ts';
import type {
  WebSocketAdapterOptions,
  WebSocketChannel,
  WebSocketLike,
} from '../../../src/adapters/websocket/index.ts';
import { classify } from '../../../src/classify/classify.ts';
import { systemClock } from '../../../src/clock/system-clock.ts';
import { fullJitter } from '../../../src/policy/backoff/backoff.ts';
import { superviseSession } from '../../../src/session/supervise-session.ts';
import type { LossReport } from '../../../src/session/loss.ts';
import { EchoServer } from './testing/echo-server.ts';
import { LoopbackProxy } from './testing/loopback-proxy.ts';

const soon = { timeout: 15_000, interval: 20 };
const context = { signal: new AbortController().signal, generation: 1, attempt: 1 };

/** The application's ping of the echo server. */
const applicationPing = {
  message: () => 'ping',
  isPong: (data: unknown) => data === 'pong',
};

/** The same tests for both kinds of socket. */
const kinds = [
  {
    name: 'websocket with ws',
    connect: (url: string): WebSocketLike => new Ws(url),
    options: {},
  },
  {
    name: 'websocket with the global WebSocket',
    connect: (url: string): WebSocketLike => new WebSocket(url),
    options: { ping: applicationPing },
  },
] as const;

for (const { name, connect, options } of kinds) {
  adapterConformance<WebSocketChannel, unknown, WebSocketChannel>(name, {
    isThere: true,
    notCovered: {
      login: 'a credential belongs to the handshake; connect fetches it anew',
      'inspect login': 'there are no pages',
      snapshot: 'a connection keeps no login',
      storage: 'a connection keeps nothing',
      view: 'all leases share one connection',
      usage: 'a connection has no process of its own',
    },
    make: async () => {
      const server = await EchoServer.start();
      const proxy = await LoopbackProxy.to(server.port);
      const url = `ws://127.0.0.1:${proxy.port}`;
      const open = new Set<WebSocketLike>();
      const made = (socket: WebSocketLike): WebSocketLike => {
        open.add(socket);
        socket.addEventListener('close', () => open.delete(socket));
        return socket;
      };
      // Behind a frozen peer the global WebSocket can only be told to close; the system forgets it later.
      const isLeft = (socket: WebSocketLike): boolean =>
        socket.terminate !== undefined || socket.readyState < 2;
      return {
        adapter: webSocketAdapter({ connect: () => made(connect(url)), ...options }),
        call: (channel) => ask(channel, 'echo'),
        kill: async () => proxy.reset(),
        leftovers: async () => [...open].filter(isLeft).map((socket) => `in state ${socket.readyState}`),
        freeze: async () => {
          proxy.freeze();
          return { [Symbol.asyncDispose]: async () => proxy.thaw() };
        },
        act: (channel, mark) => ask(channel, `act ${mark}`),
        acted: async (mark) => server.acted(mark),
        resetAfterNextAct: async () => proxy.cutNextAnswer(),
        resets: async () => proxy.cuts,
        [Symbol.asyncDispose]: async () => {
          proxy.thaw();
          await proxy[Symbol.asyncDispose]();
          await server[Symbol.asyncDispose]();
        },
      };
    },
  });
}

async function ask(channel: WebSocketChannel, text: string): Promise<unknown> {
  channel.send(text);
  return await channel.receive();
}

describe.each(kinds)('$name', ({ connect, options }) => {
  let server: EchoServer;
  beforeEach(async () => {
    server = await EchoServer.start();
  });
  afterEach(async () => await server[Symbol.asyncDispose]());

  function adapterOf(more: Partial<WebSocketAdapterOptions<WebSocketLike, unknown>> = {}) {
    return webSocketAdapter<WebSocketLike>({ connect: () => connect(server.url), ...options, ...more });
  }

  test.each([
    [1000, 'closed', 'session-lost'],
    [1001, 'disconnected', 'session-lost'],
    [1011, 'disconnected', 'session-lost'],
    [1012, 'disconnected', 'session-lost'],
    [1009, 'disconnected', 'permanent'],
    [1008, 'disconnected', 'auth-expired'],
    [4401, 'disconnected', 'auth-expired'],
  ])('a close with %i is told once as %s, and to who waits as %s', async (code, cause, category) => {
    const adapter = adapterOf();
    const channel = await adapter.open(context);
    const heard: LossReport[] = [];
    using _watch = adapter.watch(channel, (report) => heard.push(report));
    const waiting = channel.receive().catch((error: unknown) => error);
    server.closeAll(code, 'because');
    expect(classify(await waiting)).toMatchObject({ category, code: `WS_${code}` });
    expect(heard).toEqual([expect.objectContaining({ cause, detail: `closed with ${code} (because)` })]);
    let thrown: unknown;
    try {
      channel.send('late');
    } catch (error) {
      thrown = error;
    }
    expect(classify(thrown)).toMatchObject({ category: 'session-lost', safeToReplay: 'yes' });
    const late: LossReport[] = [];
    using _late = adapter.watch(channel, (report) => late.push(report));
    await Promise.resolve();
    expect(late).toHaveLength(1);
  });

  test('a handshake that is refused or reset is an error of the opening, and kills no process', async () => {
    server.refuseWith = 401;
    const refused: unknown = await adapterOf()
      .open(context)
      .catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: 'ERR_WEBSOCKET_CONNECT' });
    expect(['auth-expired', 'network']).toContain(classify(refused).category);
    server.refuseWith = undefined;
    await using proxy = await LoopbackProxy.to(server.port);
    const url = `ws://127.0.0.1:${proxy.port}`;
    await proxy.stop();
    const unreachable: unknown = await adapterOf({ connect: () => connect(url) })
      .open(context)
      .catch((error: unknown) => error);
    expect(classify(unreachable)).toMatchObject({ category: 'network', safeToReplay: 'yes' });
  });

  test('hello comes before anybody else, knows the snapshot, and its failure closes the connection', async () => {
    let offset: number | undefined;
    const adapter = adapterOf({
      hello: async (channel, { restore }) => {
        offset ??= restore as number | undefined;
        channel.send(`resume ${offset ?? 0}`);
        if ((await channel.receive()) === 'resume 13') throw new Error('no');
      },
      snapshot: () => offset,
    });
    const first = await adapter.open({ ...context, restore: 11 });
    offset = 12;
    expect(await adapter.snapshot?.(first, context)).toBe(12);
    const second = await adapter.open({ ...context, restore: 11 });
    expect(server.heard).toEqual(['resume 11', 'resume 12']);
    offset = 13;
    await expect(adapter.open(context)).rejects.toThrow('no');
    for (const channel of [first, second]) await adapter.close(channel, { ...context, force: false });
    await expect.poll(() => server.open, soon).toBe(0);
  });

  test('a receiver that does not keep up loses the connection, and no message unseen', async () => {
    const adapter = adapterOf({ limits: { queuedMessages: 5 } });
    const channel = await adapter.open(context);
    const lost = Promise.withResolvers<LossReport>();
    using _watch = adapter.watch(channel, lost.resolve);
    channel.send('flood 100');
    expect((await lost.promise).error).toMatchObject({ code: 'ERR_WEBSOCKET_OVERFLOW' });
    for (let n = 0; n < 5; n += 1) expect(await channel.receive()).toBe(`flood ${n}`);
    await expect(channel.receive()).rejects.toMatchObject({ code: 'ERR_WEBSOCKET_OVERFLOW' });
    await adapter.close(channel, { ...context, force: true });
  });

  test('a sender that is not kept up with is stopped, and what was refused was not sent', async () => {
    await using proxy = await LoopbackProxy.to(server.port);
    const url = `ws://127.0.0.1:${proxy.port}`;
    const adapter = adapterOf({ connect: () => connect(url), limits: { unsentBytes: 1_000_000 } });
    const channel = await adapter.open(context);
    proxy.freeze();
    const block = 'x'.repeat(500_000);
    let thrown: unknown;
    for (let sent = 0; sent < 200 && thrown === undefined; sent += 1) {
      try {
        channel.send(block);
      } catch (error) {
        thrown = error;
      }
    }
    expect(thrown).toMatchObject({ code: 'ERR_WEBSOCKET_FULL', verdict: { safeToReplay: 'yes' } });
    proxy.thaw();
    await adapter.close(channel, { ...context, force: true });
  });

  test('with a queue of 0 messages belong to who listens on the socket', async () => {
    const adapter = adapterOf({ limits: { queuedMessages: 0 } });
    const channel = await adapter.open(context);
    const heard: unknown[] = [];
    channel.socket.addEventListener('message', ({ data }) => heard.push(String(data)));
    channel.send('flood 2000');
    await expect.poll(() => heard.length, soon).toBe(2_000);
    await adapter.probe(channel, context);
    await adapter.close(channel, { ...context, force: false });
  });

  test('a close on purpose says farewell', async () => {
    const adapter = adapterOf();
    const channel = await adapter.open(context);
    await adapter.close(channel, { ...context, force: false });
    await expect.poll(() => server.closeCodes, soon).toEqual([1000]);
  });
});

describe('supervised', () => {
  test('4 tasks go on over kills and a half-open connection, from the offset, with one connection each time', async () => {
    await using server = await EchoServer.start();
    await using proxy = await LoopbackProxy.to(server.port);
    const numbers = new Set<string>();
    let offset = 0;
    const adapter = webSocketAdapter({
      connect: () => new Ws(`ws://127.0.0.1:${proxy.port}`),
      hello: async (channel) => {
        channel.send(`resume ${offset}`);
        await channel.receive();
      },
    });
    const session = superviseSession(adapter, {
      name: 'stream',
      probe: { every: '100ms', deadline: '200ms', patience: '200ms' },
      recover: { backoff: fullJitter(10, '100ms') },
    });
    const task = async (): Promise<void> => {
      for (let done = 0; done < 10; done += 1) {
        const text = `item ${(offset += 1)}`;
        await session.use(async (lease) => {
          numbers.add(await lease.run(async (channel) => String(await ask(channel, text))));
          await systemClock.sleep(20);
        });
      }
    };
    const tasks = Promise.all(Array.from({ length: 4 }, task));
    await expect.poll(() => numbers.size, soon).toBeGreaterThan(4);
    expect(server.terminateAll()).toBe(1);
    await expect.poll(() => session.stats.opens, soon).toBe(2);
    await expect.poll(() => numbers.size, soon).toBeGreaterThan(12);
    proxy.freeze();
    await expect.poll(() => session.stats.losses, soon).toBe(2);
    proxy.thaw();
    await tasks;
    await session.drain();
    expect(session.stats).toMatchObject({ losses: 2, opens: 3, recoveries: 2, leasesOut: 0 });
    const resumed = server.heard
      .filter((text) => text.startsWith('resume'))
      .map((text) => Number(text.slice(7)));
    expect(resumed).toHaveLength(3);
    expect(new Set(resumed).size).toBe(3);
    expect(resumed.toSorted((a, b) => a - b)).toEqual(resumed);
  });
});

test('a global WebSocket without an application ping is refused: nothing could tell whether its peer lives', async () => {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const adapter = webSocketAdapter({ connect: () => new WebSocket(`ws://127.0.0.1:${port}`) });
  await expect(adapter.open(context)).rejects.toMatchObject({ code: 'ERR_INVALID_OPTION' });
  for (const client of server.clients) client.terminate();
  server.close();
});
