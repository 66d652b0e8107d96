import { expect, test } from 'vitest';
import type { WebSocketLike } from './web-socket-like.ts';
import { webSocketAdapter } from './websocket-adapter.ts';
import type { ChannelLimits } from './websocket-channel.ts';

/** An open socket that says what it is told to. */
class FakeSocket {
  readonly readyState = 1;
  bufferedAmount = 0;
  readonly sent: unknown[] = [];
  readonly #listeners: ((event: { readonly data: unknown }) => void)[] = [];

  addEventListener(type: string, listener: (event: { readonly data: unknown }) => void): void {
    if (type === 'message') this.#listeners.push(listener);
  }

  ping(): void {}

  close(): void {}

  send(data: unknown): void {
    this.sent.push(data);
  }

  says(data: unknown): void {
    for (const listener of this.#listeners) listener({ data });
  }
}

const open = async (limits: object) => {
  const socket = new FakeSocket();
  const adapter = webSocketAdapter({ connect: () => socket as unknown as WebSocketLike, limits });
  const { signal } = new AbortController();
  return { socket, channel: await adapter.open({ signal, generation: 1, attempt: 1 }) };
};

test('a limit that is given as undefined is the default: messages are kept, and sending ends at some point', async () => {
  const limits = { queuedMessages: undefined, queuedBytes: undefined, unsentBytes: undefined };
  const { socket, channel } = await open(limits);
  socket.says('a');
  expect(await channel.receive()).toBe('a');
  socket.bufferedAmount = 16 * 1_024 * 1_024 + 1;
  expect(() => channel.send('b')).toThrow(expect.objectContaining({ code: 'ERR_WEBSOCKET_FULL' }));
});

test.each<[keyof ChannelLimits, unknown]>([
  ['queuedMessages', Number.NaN],
  ['queuedMessages', -1],
  ['queuedBytes', '16'],
  ['unsentBytes', Number.NaN],
])('a limit that is none is refused by name: %s of %s', (field, value) => {
  const connect = (): never => {
    throw new Error('must not be called');
  };
  expect(() => webSocketAdapter({ connect, limits: { [field]: value } })).toThrow(
    expect.objectContaining({ code: 'ERR_INVALID_OPTION', field: `limits.${field}` }),
  );
});

test('a limit may be none at all, or that nothing is kept', () => {
  const limits = { queuedMessages: 0, queuedBytes: Infinity, unsentBytes: Infinity };
  expect(() => webSocketAdapter({ connect: () => new FakeSocket() as never, limits })).not.toThrow();
});
