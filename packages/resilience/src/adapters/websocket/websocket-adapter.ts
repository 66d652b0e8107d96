import { InvalidOptionError } from '../../errors.ts';
import type { AdapterContext, OpenContext, SessionAdapter } from '../../session/adapter.ts';
import type { WebSocketLike } from './web-socket-like.ts';
import { Channel } from './websocket-channel.ts';
import type { ApplicationPing, ChannelLimits, WebSocketChannel } from './websocket-channel.ts';
import { connectError } from './websocket-error.ts';
import { classifyWebSocket } from './websocket-rules.ts';
import type { CloseEventLike } from './web-socket-like.ts';

/** What a WebSocket session is made of. */
export interface WebSocketAdapterOptions<W extends WebSocketLike, S> {
  /**
   * Makes a socket: `() => new WebSocket(url)`. Called for every generation, so a ticket that serves once is fetched
   * here. Return the socket in the turn in which it was made: the listeners have to be there before it fails.
   */
  readonly connect: (context: AdapterContext) => W | Promise<W>;
  /**
   * How to see whether the peer answers. Needed for the global WebSocket, which cannot ping; `ws` pings by the
   * protocol without it.
   */
  readonly ping?: ApplicationPing;
  /**
   * Called on each new connection before anybody else gets it: log in, subscribe, say from which offset. `restore` is
   * the last snapshot, which may be older than what you have processed meanwhile: keep the offset in a variable and
   * use that when it is set.
   */
  readonly hello?: (
    channel: WebSocketChannel<W>,
    context: AdapterContext & { readonly restore?: S },
  ) => Promise<void>;
  /** The offset to go on from after a restart of the program. JSON. */
  readonly snapshot?: (channel: WebSocketChannel<W>) => S;
  /** Defaults: 1,000 messages and 16 MiB that wait to be received, 16 MiB that wait to be sent. */
  readonly limits?: Partial<ChannelLimits>;
}

const DEFAULT_LIMITS: ChannelLimits = {
  queuedMessages: 1_000,
  queuedBytes: 16 * 1_024 * 1_024,
  unsentBytes: 16 * 1_024 * 1_024,
};

/**
 * A WebSocket as a supervised resource, for the global WebSocket and for the package `ws`. A half-open connection is
 * found by the probe of the session (`probe.every`), which pings; `ws` then ends it, the global WebSocket can only ask
 * for an end and is forgotten by the system later. Messages that nobody receives are never dropped
 * unseen: at the limit the connection counts as lost, and the next one goes on from the offset.
 * @throws InvalidOptionError naming the limit.
 */
export function webSocketAdapter<W extends WebSocketLike, S = unknown>(
  options: WebSocketAdapterOptions<W, S>,
): SessionAdapter<WebSocketChannel<W>, S> {
  const channels = new WeakMap<WebSocketChannel<W>, Channel<W>>();
  const of = (channel: WebSocketChannel<W>): Channel<W> => known(channels.get(channel));
  const { snapshot } = options;
  const limits = limitsOf(options.limits);
  return {
    kind: 'websocket',
    open: async (context) => {
      const channel = await open(options, limits, context);
      channels.set(channel, channel);
      return channel;
    },
    close: (channel, context) => of(channel).close(context),
    watch: (channel, lost) => of(channel).watch(lost),
    probe: (channel, { signal }) => of(channel).probe(signal),
    ...(snapshot === undefined ? {} : { snapshot: async (channel) => snapshot(channel) }),
    classify: (error) => classifyWebSocket(error),
    replace: 'open-then-close',
  };
}

/** Checked: what is no limit compares as false, and every message would be dropped without a word. */
function limitsOf(given: Partial<ChannelLimits> | undefined): ChannelLimits {
  const limit = (name: keyof ChannelLimits): number => {
    const value: unknown = given?.[name] ?? DEFAULT_LIMITS[name];
    if (typeof value === 'number' && value >= 0) return value;
    throw new InvalidOptionError(`limits.${name}`, 'must be a number >= 0');
  };
  return {
    queuedMessages: limit('queuedMessages'),
    queuedBytes: limit('queuedBytes'),
    unsentBytes: limit('unsentBytes'),
  };
}

async function open<W extends WebSocketLike, S>(
  options: WebSocketAdapterOptions<W, S>,
  limits: ChannelLimits,
  context: OpenContext<S>,
): Promise<Channel<W>> {
  const { signal, restore } = context;
  signal.throwIfAborted();
  const socket = await options.connect({ signal });
  const channel = new Channel(socket, limits, options.ping);
  try {
    await opened(socket, signal);
    if (options.ping === undefined && socket.ping === undefined) {
      throw new InvalidOptionError('ping', 'is needed: this WebSocket cannot ping by itself');
    }
    await options.hello?.(channel, { signal, ...(restore === undefined ? {} : { restore }) });
    return channel;
  } catch (error) {
    await channel.close({ force: true, signal });
    throw error;
  }
}

/** Rejects with the error, or with `signal.reason`. The listeners stay: a late `error` without one ends the process. */
function opened(socket: WebSocketLike, signal: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let failure: unknown;
  socket.addEventListener('open', () => resolve());
  socket.addEventListener('error', (event) => {
    failure ??= event;
  });
  socket.addEventListener('close', (close: CloseEventLike) => reject(connectError(failure, close)));
  const onAbort = (): void => reject(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  if (socket.readyState === 1) resolve();
  if (signal.aborted) onAbort();
  return promise.finally(() => signal.removeEventListener('abort', onAbort));
}

function known<T>(channel: T | undefined): T {
  if (channel === undefined) throw new TypeError('This channel was not opened by this adapter.');
  return channel;
}
