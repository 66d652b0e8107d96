import type { WireFault } from './wire.ts';

/** A request as the core sees it: no socket, header names in lower case. */
export interface UpstreamRequest {
  readonly method: string;
  /** Path and query, as on the request line. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The form of a POST. */
  readonly body?: string;
}

/** An answer. `content-length` is left to the transport, which knows what `wire` makes of it. */
export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  readonly wire?: WireFault;
}

/** How an answer ended, as far as the transport knows. */
export interface Outcome {
  /** The client went away, or the fault cut the answer. */
  readonly aborted?: boolean;
  /** Body bytes that left; without it the whole body. */
  readonly bytes?: number;
}

/** A request in flight. `end` writes the ledger's response line and may be called once. */
export interface Exchange {
  readonly n: number;
  readonly reply: Reply;
  readonly end: (outcome?: Outcome) => void;
}
