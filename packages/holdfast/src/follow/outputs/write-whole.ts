import { open, rename } from 'node:fs/promises';

/** What writes bytes at a place of a file; it may take fewer than it was given. */
export interface ByteSink {
  write(
    bytes: Uint8Array,
    offset: number,
    length: number,
    position: number,
  ): Promise<{ bytesWritten: number }>;
}

/** Writes all the bytes, however few are taken at a time. @throws the error of the disk; what was written is then unknown */
export async function writeAll(sink: ByteSink, bytes: Uint8Array, position: number): Promise<void> {
  for (let at = 0; at < bytes.length;) {
    const { bytesWritten } = await sink.write(bytes, at, bytes.length - at, position + at);
    if (bytesWritten <= 0) throw new Error('the file takes no more bytes');
    at += bytesWritten;
  }
}

/** Replaces a file by this text in one step: a reader sees the old one or the new one, whole. */
export async function replaceFile(path: string, text: string): Promise<void> {
  const beside = `${path}.new`;
  const handle = await open(beside, 'w');
  try {
    await writeAll(handle, Buffer.from(text), 0);
    await handle.datasync();
  } finally {
    await handle.close();
  }
  await rename(beside, path);
}
