/** One request; one hop: redirects are the caller's, since each hop takes its turn at the gate. */
export interface Exchange {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Milliseconds. */
  readonly timeouts: { readonly connect: number; readonly firstByte: number; readonly idle: number };
  /** Bound on the decoded body; more is `ERR_BODY_TOO_LARGE`. */
  readonly maxBytes: number;
  /** Told of the status and headers as soon as they are there: the body may never end. Names in lower case. */
  readonly onHead?: (head: Head) => void;
}

/** Status and headers of an answer. */
export type Head = Pick<Answer, 'status' | 'headers'>;

/** A whole, strictly decoded answer. */
export interface Answer {
  readonly url: string;
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  /** Wall ms when the last byte came. */
  readonly receivedAt: number;
}

/**
 * Sends one request and resolves with the whole body, or rejects with an error that carries a verdict.
 * Never follows redirects, never retries, never lets a cut, short, overlong or badly compressed body pass.
 */
export interface Transport {
  send(exchange: Exchange, signal: AbortSignal): Promise<Answer>;
  /** Drops idle sockets: after a loss a pooled one may be dead. */
  reset(): void;
  close(): Promise<void>;
}
