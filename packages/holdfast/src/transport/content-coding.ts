import {
  createBrotliDecompress,
  createGunzip,
  createInflate,
  createInflateRaw,
  createZstdDecompress,
} from 'node:zlib';
import { bodyError } from './body-error.ts';

/** What the decoders of node:zlib have in common. */
type Decoder = ReturnType<typeof createGunzip> | ReturnType<typeof createBrotliDecompress>;

const DECODERS: Readonly<Record<string, (first: Uint8Array) => Decoder>> = {
  gzip: () => createGunzip(),
  'x-gzip': () => createGunzip(),
  deflate: (first) => (hasZlibHeader(first) ? createInflate() : createInflateRaw()),
  br: () => createBrotliDecompress(),
  zstd: () => createZstdDecompress(),
};

/**
 * Collects a body and undoes its content coding. Modes: plain (no coding) and decoding; the decoder is made at
 * the second byte, because `deflate` is sent both with and without zlib's header. Strict where node:zlib is not:
 * a cut stream and bytes after its end are failures. Both sides are bounded, so that a small bomb stays small.
 */
export class BodyReader {
  readonly #host: string;
  readonly #maxBytes: number;
  readonly #onFailure: (error: Error) => void;
  readonly #make: ((first: Uint8Array) => Decoder) | null;
  #waiting: Buffer = Buffer.alloc(0);
  #decoder: Decoder | null = null;
  #encodedBytes = 0;
  #decodedBytes = 0;
  readonly #chunks: Uint8Array[] = [];
  readonly #decoded = Promise.withResolvers<void>();

  /** @throws HoldfastError `ERR_CONTENT_CODING` for a coding that is not understood, or several on top of another. */
  constructor(options: {
    host: string;
    coding: string | undefined;
    maxBytes: number;
    onFailure: (error: Error) => void;
  }) {
    const coding = options.coding?.trim().toLowerCase() ?? '';
    this.#host = options.host;
    this.#maxBytes = options.maxBytes;
    this.#onFailure = options.onFailure;
    this.#make = coding === '' || coding === 'identity' ? null : decoderOf(coding, options.host);
    // Without this a failure before `end` would count as unhandled; `onFailure` reports it.
    this.#decoded.promise.catch(() => undefined);
  }

  /** Takes bytes as they came. Failures are told to `onFailure`, at once. */
  write(chunk: Uint8Array): void {
    this.#encodedBytes += chunk.length;
    if (this.#encodedBytes > this.#maxBytes) this.#fail(bodyError('too-large', this.#host));
    else if (this.#make === null) this.#keep(chunk);
    else if (this.#decoder !== null) this.#decoder.write(chunk);
    else {
      this.#waiting = Buffer.concat([this.#waiting, chunk]);
      if (this.#waiting.length >= 2) this.#start(this.#make);
    }
  }

  /** Bytes received so far, before decoding. */
  get encodedBytes(): number {
    return this.#encodedBytes;
  }

  /** The whole decoded body, once the last byte was written. */
  async end(): Promise<Uint8Array> {
    if (this.#make !== null) {
      if (this.#decoder === null) this.#start(this.#make);
      this.#decoder?.end();
      await this.#decoded.promise;
      if (this.#decoder?.bytesWritten !== this.#encodedBytes) throw bodyError('trailing-bytes', this.#host);
    }
    const body = Buffer.concat(this.#chunks);
    // Not a Buffer: its `slice` makes views where a Uint8Array's makes copies.
    return new Uint8Array(body.buffer, body.byteOffset, body.length);
  }

  /** Frees the decoder. */
  destroy(): void {
    this.#decoder?.destroy();
  }

  #start(make: (first: Uint8Array) => Decoder): void {
    const decoder = make(this.#waiting);
    decoder.on('data', (chunk: Buffer) => this.#keep(chunk));
    decoder.on('end', () => this.#decoded.resolve());
    decoder.on('error', (error) => this.#fail(bodyError('corrupt', this.#host, error)));
    decoder.write(this.#waiting);
    this.#decoder = decoder;
  }

  #keep(chunk: Uint8Array): void {
    this.#decodedBytes += chunk.length;
    if (this.#decodedBytes > this.#maxBytes) this.#fail(bodyError('too-large', this.#host));
    else this.#chunks.push(chunk);
  }

  #fail(error: Error): void {
    this.#decoded.reject(error);
    this.#chunks.length = 0;
    this.#decoder?.destroy();
    this.#onFailure(error);
  }
}

function decoderOf(coding: string, host: string): (first: Uint8Array) => Decoder {
  const make = Object.hasOwn(DECODERS, coding) ? DECODERS[coding] : undefined;
  if (make === undefined) throw bodyError('coding', host, coding);
  return make;
}

/** RFC 1950, 2.2: method 8 and a header that is a multiple of 31. */
function hasZlibHeader(bytes: Uint8Array): boolean {
  const [first = 0, second = 0] = bytes;
  return (first & 0x0f) === 8 && ((first << 8) | second) % 31 === 0;
}
