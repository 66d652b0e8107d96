import type { Transform } from 'node:stream';
import { createGunzip, createZstdDecompress } from 'node:zlib';

/** How a file is compressed; told by its first bytes. */
export type Codec = 'none' | 'gzip' | 'zstd';

/** Tells the compression by the first bytes. */
export function codecOf(head: Uint8Array): Codec {
  if (head[0] === 0x1f && head[1] === 0x8b) return 'gzip';
  if (head[0] === 0x28 && head[1] === 0xb5 && head[2] === 0x2f && head[3] === 0xfd) return 'zstd';
  return 'none';
}

/** A stream that undoes it; it fails when the compressed bytes are cut or damaged. */
export function decoderOf(codec: Exclude<Codec, 'none'>): Transform {
  return codec === 'gzip' ? createGunzip() : createZstdDecompress();
}
