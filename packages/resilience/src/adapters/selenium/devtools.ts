import type { JsonValue } from '../../state/state-store.ts';

/** What the DevTools protocol calls parameters and results. */
export type DevToolsObject = { readonly [key: string]: JsonValue };

/** One event of the browser. */
export interface DevToolsEvent {
  readonly method: string;
  readonly params: DevToolsObject;
  /** The attached target that it comes from; undefined for events of the browser itself. */
  readonly sessionId?: string;
}

interface Waiting {
  readonly resolve: (result: DevToolsObject) => void;
  readonly reject: (error: Error) => void;
}

/**
 * A connection to the browser itself, beside its WebDriver server, which answers one command at a time and pushes
 * nothing. Modes: open -> closed (by either side); every pending and every later call then rejects.
 */
export class DevTools {
  readonly #socket: WebSocket;
  readonly #waiting = new Map<number, Waiting>();
  readonly #listeners = new Set<(event: DevToolsEvent) => void>();
  readonly #closed = Promise.withResolvers<void>();
  #lastId = 0;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.addEventListener('message', (message) => this.#onMessage(String(message.data)));
    socket.addEventListener('close', () => this.#onClose());
  }

  /** Connects. @throws Error when the browser does not let us in, `signal.reason` when that aborts. */
  static async connect(url: string, signal: AbortSignal): Promise<DevTools> {
    signal.throwIfAborted();
    const socket = new WebSocket(url);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const onAbort = (): void => {
      reject(signal.reason);
      socket.close();
    };
    signal.addEventListener('abort', onAbort, { once: true });
    socket.addEventListener('open', () => resolve());
    socket.addEventListener('error', () =>
      reject(new Error('The browser does not accept the DevTools connection.')),
    );
    try {
      await promise;
    } finally {
      signal.removeEventListener('abort', onAbort);
    }
    return new DevTools(socket);
  }

  /** Resolves when the connection has ended, never rejects. */
  get closed(): Promise<void> {
    return this.#closed.promise;
  }

  /** Calls a method of the browser, or of a target that was attached as `sessionId`. */
  async send(method: string, params: DevToolsObject = {}, sessionId?: string): Promise<DevToolsObject> {
    if (this.isClosed) throw gone(method);
    const id = ++this.#lastId;
    const { promise, resolve, reject } = Promise.withResolvers<DevToolsObject>();
    this.#waiting.set(id, { resolve, reject });
    this.#socket.send(JSON.stringify({ id, method, params, ...(sessionId !== undefined && { sessionId }) }));
    return await promise;
  }

  /** Hears events. */
  on(listener: (event: DevToolsEvent) => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => this.#listeners.delete(listener) };
  }

  /** Whether the connection has ended. */
  get isClosed(): boolean {
    return this.#socket.readyState !== WebSocket.OPEN;
  }

  /** Ends the connection; the browser stays. */
  close(): void {
    this.#socket.close();
  }

  #onMessage(text: string): void {
    const message = JSON.parse(text) as {
      readonly id?: number;
      readonly method?: string;
      readonly params?: DevToolsObject;
      readonly sessionId?: string;
      readonly result?: DevToolsObject;
      readonly error?: { readonly message: string };
    };
    if (message.id === undefined) {
      const { method = '', params = {}, sessionId } = message;
      const event = { method, params, ...(sessionId !== undefined && { sessionId }) };
      for (const listener of this.#listeners) listener(event);
      return;
    }
    const waiting = this.#waiting.get(message.id);
    this.#waiting.delete(message.id);
    if (message.error === undefined) waiting?.resolve(message.result ?? {});
    else waiting?.reject(new Error(`DevTools: ${message.error.message}`));
  }

  #onClose(): void {
    for (const waiting of this.#waiting.values()) waiting.reject(gone('a call'));
    this.#waiting.clear();
    this.#closed.resolve();
  }
}

function gone(method: string): Error {
  return new Error(`The browser closed its DevTools connection before ${method} was answered.`);
}
