import { ResilienceError } from '../../errors.ts';
import type { LossReport } from '../../session/loss.ts';
import { aborted } from '../aborted.ts';
import { Inbox } from './inbox.ts';
import type { CloseEventLike, Sendable, WebSocketLike } from './web-socket-like.ts';
import { closedError, describeClose, fullError, overflowError } from './websocket-error.ts';

/** How much may wait on either side. */
export interface ChannelLimits {
  /** Messages that nobody has received yet; 0 keeps none: listen on `socket` then. */
  readonly queuedMessages: number;
  readonly queuedBytes: number;
  readonly unsentBytes: number;
}

/** How an application that has no ping of the protocol asks whether the peer is there. */
export interface ApplicationPing {
  /** What to send. */
  readonly message: () => string;
  /** Whether a message answers a ping. Such messages are not given to `receive`. */
  readonly isPong: (data: unknown) => boolean;
}

/** One connection, for any number of tasks. */
export interface WebSocketChannel<W extends WebSocketLike = WebSocketLike> {
  /** The connection itself, to listen on; the channel does not close it for you. */
  readonly socket: W;
  /** @throws ResilienceError `ERR_WEBSOCKET_CLOSED`, `ERR_WEBSOCKET_FULL`: in both cases nothing was sent. */
  send(data: Sendable): void;
  /**
   * The next message, as the socket gives it (see its `binaryType`); each goes to one receiver. Messages are kept from
   * the moment of opening, and what came before the end may be received after it.
   * @throws ResilienceError `ERR_WEBSOCKET_CLOSED`, `ERR_WEBSOCKET_OVERFLOW`, or `signal.reason`.
   */
  receive(options?: { readonly signal?: AbortSignal }): Promise<unknown>;
}

/** Of a socket that is gone without an event. */
const GONE: CloseEventLike = { code: 1006, reason: '' };

interface PendingPing {
  readonly text: string;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** Modes: open -> lost (told once to whoever listens) or closed on purpose (told to nobody). */
export class Channel<W extends WebSocketLike> implements WebSocketChannel<W> {
  readonly socket: W;
  readonly #limits: ChannelLimits;
  readonly #ping: ApplicationPing | undefined;
  readonly #inbox: Inbox;
  readonly #pings = new Set<PendingPing>();
  readonly #listeners = new Set<(report: LossReport) => void>();
  readonly #ended: Promise<void>;
  #loss: (LossReport & { readonly error: Error }) | undefined;
  #closing = false;
  #lastPing = 0;

  /** `socket` is open, or about to be. */
  constructor(socket: W, limits: ChannelLimits, ping: ApplicationPing | undefined) {
    this.socket = socket;
    this.#limits = limits;
    this.#ping = ping;
    this.#inbox = new Inbox({ messages: limits.queuedMessages, bytes: limits.queuedBytes });
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#ended = promise;
    socket.addEventListener('message', ({ data }) => this.#received(data));
    socket.addEventListener('close', (close) => {
      this.#end(close);
      resolve();
    });
    socket.on?.('pong', (data) => this.#answered(Buffer.from(data).toString()));
  }

  send(data: Sendable): void {
    if (this.socket.readyState !== 1) throw this.#lostError('yes');
    if (this.socket.bufferedAmount > this.#limits.unsentBytes) throw fullError(this.#limits.unsentBytes);
    this.socket.send(data);
  }

  receive(options: { readonly signal?: AbortSignal } = {}): Promise<unknown> {
    return this.#inbox.take(options.signal);
  }

  /** Resolves when the peer has answered a ping; rejects when the connection ends before. */
  probe(signal: AbortSignal): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    if (this.socket.readyState !== 1) reject(this.#lostError('yes'));
    else {
      const text = this.#ping?.message() ?? `holdfast ${(this.#lastPing += 1)}`;
      const ping: PendingPing = { text, resolve, reject };
      this.#pings.add(ping);
      const forget = (): void => void this.#pings.delete(ping);
      promise.then(forget, forget);
      signal.addEventListener('abort', () => reject(signal.reason), { once: true });
      if (this.#ping === undefined) this.socket.ping?.(text);
      else this.socket.send(text);
    }
    return promise;
  }

  /** Told once, also when the loss came first. */
  watch(lost: (report: LossReport) => void): Disposable {
    this.#listeners.add(lost);
    const loss = this.#loss;
    if (loss !== undefined) queueMicrotask(() => void (this.#listeners.delete(lost) && lost(loss)));
    return { [Symbol.dispose]: () => void this.#listeners.delete(lost) };
  }

  /** Says farewell and waits for the peer's, unless by force or until the signal aborts. Harmless when repeated. */
  async close({ force, signal }: { readonly force: boolean; readonly signal: AbortSignal }): Promise<void> {
    this.#closing = true;
    this.#end({ code: 1000, reason: 'closed by this side' });
    if (this.socket.readyState === 3) return;
    if (!force && !signal.aborted) {
      this.socket.close(1000);
      await Promise.race([this.#ended, aborted(signal)]);
    }
    if (this.socket.readyState !== 3) this.#drop();
  }

  /** The global WebSocket cannot be ended without a farewell: the system forgets it when it gives up sending. */
  #drop(): void {
    if (this.socket.terminate === undefined) this.socket.close();
    else this.socket.terminate();
  }

  #received(data: unknown): void {
    if (this.#ping?.isPong(data) === true) this.#alive(this.#pings);
    else if (this.#limits.queuedMessages > 0 && !this.#inbox.put(data)) this.#overflow();
  }

  /** Peers may send pongs that answer nothing (RFC 6455, 5.5.3): only one with the text of a ping counts. */
  #answered(text: string): void {
    this.#alive([...this.#pings].filter((ping) => ping.text === text));
  }

  #alive(pings: Iterable<PendingPing>): void {
    for (const { resolve } of pings) resolve();
  }

  #overflow(): void {
    const { queuedMessages, queuedBytes } = this.#limits;
    const error = overflowError(`${queuedMessages} messages or ${queuedBytes} bytes`);
    this.#lose({ cause: 'closed', detail: error.message, error });
    this.#drop();
  }

  #end(close: CloseEventLike): void {
    const normal = close.code === 1000 || close.code === 1005;
    const error = closedError(close, 'unknown');
    this.#lose({ cause: normal ? 'closed' : 'disconnected', detail: describeClose(close), error });
  }

  #lose(loss: LossReport & { readonly error: Error }): void {
    if (this.#loss !== undefined) return;
    this.#loss = loss;
    this.#inbox.end(loss.error);
    for (const { reject } of this.#pings) reject(loss.error);
    const listeners = this.#closing ? [] : [...this.#listeners];
    this.#listeners.clear();
    for (const lost of listeners) lost(loss);
  }

  /** What is asked of a lost connection was not sent. */
  #lostError(safeToReplay: 'yes' | 'unknown'): ResilienceError {
    const error = this.#loss?.error;
    if (error instanceof ResilienceError && error.code === 'ERR_WEBSOCKET_OVERFLOW') return error;
    return closedError(GONE, safeToReplay, error);
  }
}
