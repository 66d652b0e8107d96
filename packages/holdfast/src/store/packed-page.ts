import { hash } from 'node:crypto';
import { promisify } from 'node:util';
import { constants, zstdCompress, zstdCompressSync } from 'node:zlib';
import type { PackedPage } from './port.ts';

// The fastest level: it must not slow the commit.
const OPTIONS = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };
const compress = promisify(zstdCompress);

/** Compresses bytes for keeping. */
export function pack(content: Uint8Array): Uint8Array {
  return zstdCompressSync(content, OPTIONS);
}

/** Compresses a page for keeping before its commit, in a thread that neither reads nor writes. */
export async function packPage(bytes: Uint8Array): Promise<PackedPage> {
  const sha256 = hash('sha256', bytes);
  const size = bytes.byteLength;
  // One or two pieces of memory are faster than many small ones.
  return { sha256, size, zstd: await compress(bytes, { ...OPTIONS, chunkSize: Math.max(1_024, size >> 2) }) };
}
