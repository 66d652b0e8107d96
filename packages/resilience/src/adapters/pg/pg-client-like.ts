/** What a pg client answers to a statement. */
export interface PgResultLike {
  /** The command that was run, such as `SELECT` or `COMMIT`. */
  readonly command: string;
}

/** What is needed of `pg.Client`, which the caller passes in. */
export interface PgClientLike {
  connect(): Promise<unknown>;
  query(text: string): Promise<PgResultLike>;
  end(): Promise<void>;
  on(event: 'error', listener: (error: Error) => void): unknown;
  on(event: 'end', listener: () => void): unknown;
  /** Where the connection stands: `I` idle, `T` in a transaction, `E` in one that has failed. From pg 8.20 on. */
  getTransactionStatus?(): string | null;
  /** To end a connection whose peer does not answer. */
  readonly connection?: { readonly stream?: { destroy(): unknown } };
}
