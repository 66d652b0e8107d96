/** What can be sent. */
export type Sendable = string | ArrayBuffer | Uint8Array<ArrayBuffer>;

/** The end of a connection. */
export interface CloseEventLike {
  readonly code: number;
  readonly reason: string;
}

/** What both the global WebSocket and that of the package `ws` can do. */
export interface WebSocketLike {
  /** 0 connecting, 1 open, 2 closing, 3 closed. */
  readonly readyState: number;
  /** Bytes that were given to `send` and are not on their way yet. */
  readonly bufferedAmount: number;
  send(data: Sendable): void;
  close(code?: number, reason?: string): void;
  addEventListener(type: 'open', listener: () => void): void;
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void;
  addEventListener(type: 'close', listener: (event: CloseEventLike) => void): void;
  addEventListener(type: 'error', listener: (event: object) => void): void;
  /** `ws` alone: a ping of the protocol. */
  ping?(data: string): void;
  /** `ws` alone. */
  on?(event: 'pong', listener: (data: Uint8Array) => void): unknown;
  /** `ws` alone: ends the connection without a farewell. */
  terminate?(): void;
}
