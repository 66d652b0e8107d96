import { CookieClient } from './http-client.ts';
import type { HttpClient, HttpParts, HttpSnapshot } from './http-client.ts';

/** The clients of one adapter, and which snapshot stands for which of them. */
export class ClientBook {
  readonly #parts: HttpParts;
  readonly #clients = new WeakMap<HttpClient, CookieClient>();
  /** The latest client that goes back to a snapshot. */
  readonly #heirs = new WeakMap<HttpSnapshot, CookieClient>();

  constructor(parts: HttpParts) {
    this.#parts = parts;
  }

  /**
   * A client with the state of a snapshot. One that was taken here, and not read from a store, stands for the client
   * that goes back to it: what has changed there since is taken over.
   */
  open(restore: HttpSnapshot | undefined): CookieClient {
    const before = restore === undefined ? undefined : this.#heirs.get(restore);
    const client = new CookieClient(this.#parts, before?.snapshot() ?? restore);
    this.#clients.set(client, client);
    if (restore !== undefined) this.#heirs.set(restore, client);
    return client;
  }

  snapshot(client: HttpClient): HttpSnapshot {
    const known = this.of(client);
    const snapshot = known.snapshot();
    this.#heirs.set(snapshot, known);
    return snapshot;
  }

  /** @throws TypeError for a client of somebody else. */
  of(client: HttpClient): CookieClient {
    const known = this.#clients.get(client);
    if (known === undefined) throw new TypeError('This client was not opened by this adapter.');
    return known;
  }
}
