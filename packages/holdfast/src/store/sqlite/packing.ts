import { hash } from 'node:crypto';
import { zstdDecompressSync } from 'node:zlib';

export { pack } from '../packed-page.ts';

/** The bytes that were packed. Throws when they are damaged. */
export function unpack(packed: Uint8Array): Uint8Array {
  const content = zstdDecompressSync(packed);
  return new Uint8Array(content.buffer, content.byteOffset, content.byteLength);
}

/** SHA-256 of bytes, lower-case hex. */
export function digest(content: Uint8Array): string {
  return hash('sha256', content);
}
