import { hash } from 'node:crypto';
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';

const LEVEL = 1;

/** Compresses bytes for keeping (zstd at its fastest level: it must not slow the commit). */
export function pack(content: Uint8Array): Uint8Array {
  return zstdCompressSync(content, { params: { [constants.ZSTD_c_compressionLevel]: LEVEL } });
}

/** The bytes that were packed. Throws when they are damaged. */
export function unpack(packed: Uint8Array): Uint8Array {
  const content = zstdDecompressSync(packed);
  return new Uint8Array(content.buffer, content.byteOffset, content.byteLength);
}

/** SHA-256 of bytes, lower-case hex. */
export function digest(content: Uint8Array): string {
  return hash('sha256', content);
}
