/** `upstream`: what the client sends; `downstream`: what it is sent. */
export type Stream = 'upstream' | 'downstream';

/** The kinds of toxics with their attributes: Toxiproxy's names and units. Milliseconds where nothing else is said. */
export interface ToxicAttributes {
  readonly latency: { readonly latency: number; readonly jitter?: number };
  /** `rate` in KB a second. */
  readonly bandwidth: { readonly rate: number };
  /** The end of the stream is passed on so much later. */
  readonly slow_close: { readonly delay: number };
  /**
   * Nothing passes, or with `bytes` (ours alone) nothing more than that; after `timeout` the connection is closed,
   * or with 0 when the toxic is removed.
   */
  readonly timeout: { readonly timeout: number; readonly bytes?: number };
  /** A true RST after `timeout`, and, ours alone, after so many `bytes` of the stream have passed. */
  readonly reset_peer: { readonly timeout: number; readonly bytes?: number };
  /** Pieces of `average_size` ± `size_variation` bytes, each `delay` microseconds after the one before. */
  readonly slicer: {
    readonly average_size: number;
    readonly size_variation?: number;
    readonly delay?: number;
  };
  /** The connection is closed after so many bytes of the stream. */
  readonly limit_data: { readonly bytes: number };
}

export type ToxicType = keyof ToxicAttributes;

/** A toxic to be added. */
export type ToxicSpec = {
  [Type in ToxicType]: {
    readonly type: Type;
    /** Its type unless told. */
    readonly name?: string;
    readonly stream?: Stream;
    /** Share of the connections that it strikes, 0 to 1. */
    readonly toxicity?: number;
    readonly attributes: ToxicAttributes[Type];
  };
}[ToxicType];

/** How often a toxic really did something. */
export interface Struck {
  readonly connections: number;
  readonly bytes: number;
}

/** A toxic that is at work. */
export class Toxic {
  readonly name: string;
  readonly stream: Stream;
  readonly spec: ToxicSpec;
  /** Aborted when it is removed. */
  readonly gone = new AbortController();
  readonly #struck = new Set<number>();
  #bytes = 0;

  constructor(spec: ToxicSpec) {
    this.spec = spec;
    this.name = spec.name ?? spec.type;
    this.stream = spec.stream ?? 'downstream';
  }

  /** Notes that it did its work on a connection. */
  strike(connection: number, bytes: number): void {
    this.#struck.add(connection);
    this.#bytes += bytes;
  }

  get struck(): Struck {
    return { connections: this.#struck.size, bytes: this.#bytes };
  }
}
