/**
 * What the socket layer does to an answer, beyond its status, headers and body.
 * `serve` performs it on real sockets; an in-process simulation interprets it by itself.
 * Byte counts refer to the body as sent (after gzip); times are milliseconds.
 */
export type WireFault =
  /** RST instead of an answer. */
  | { readonly kind: 'reset-before-headers' }
  /** FIN instead of an answer. */
  | { readonly kind: 'close-before-headers' }
  /** The length of the whole body is announced, RST after so many bytes. */
  | { readonly kind: 'reset-mid-body'; readonly after: number }
  /** The length of the whole body is announced, FIN after so many bytes. */
  | { readonly kind: 'close-mid-body'; readonly after: number }
  /** Chunked, FIN without the last chunk after so many bytes. */
  | { readonly kind: 'chunked-cut'; readonly after: number }
  /** Neither length nor chunks, FIN after so many bytes: HTTP calls it complete. */
  | { readonly kind: 'no-length-cut'; readonly after: number }
  /** Nothing for so long; then the answer, unless for ever. */
  | { readonly kind: 'stall-before-headers'; readonly ms: number | 'forever' }
  /** So many bytes, then nothing for so long; then the rest, unless for ever. */
  | { readonly kind: 'stall-mid-body'; readonly after: number; readonly ms: number | 'forever' }
  /** The whole body, at so many bytes a second. */
  | { readonly kind: 'drip'; readonly bytesPerSecond: number }
  /** These bytes instead of HTTP, then FIN. */
  | { readonly kind: 'not-http'; readonly bytes: Uint8Array }
  /** Content-Length names so many bytes, fewer than the body that is sent. */
  | { readonly kind: 'longer-than-length'; readonly length: number }
  /** One header of so many bytes precedes a right answer. */
  | { readonly kind: 'header-overflow'; readonly bytes: number };

/** True when a client that waits long enough receives the whole body unchanged. */
export function deliversWhole(wire: WireFault | undefined): boolean {
  if (wire === undefined || wire.kind === 'drip') return true;
  return (wire.kind === 'stall-before-headers' || wire.kind === 'stall-mid-body') && wire.ms !== 'forever';
}
