import { open, type FileHandle, stat } from 'node:fs/promises';
import { EXIT } from '../../model/exit-code.ts';
import type { Io } from '../io.ts';

const LOOK_EVERY_MS = 250;
const CHUNK = 65_536;

/**
 * Tells each line that is added to a log from byte `from` on, until a signal comes; the exit code is 130 after
 * Ctrl-C, else 0. When the file is closed and followed by another, what was last written to it is read first.
 */
export async function followLog(
  io: Io,
  file: string,
  from: number,
  onLine: (line: string) => Promise<void>,
): Promise<number> {
  const stop = new AbortController();
  let exitCode: number = EXIT.ok;
  const ignore = io.onSignal((signal) => {
    exitCode = signal === 'SIGINT' ? EXIT.interrupted : EXIT.ok;
    stop.abort();
  });
  let tail = await Tail.of(file, from);
  try {
    while (!stop.signal.aborted) {
      const replaced = await isReplaced(tail, file);
      await tail?.read(onLine);
      if (replaced) {
        await tail?.close();
        tail = await Tail.of(file, 0);
        continue;
      }
      await io.clock.sleep(LOOK_EVERY_MS, { signal: stop.signal }).catch(() => undefined);
    }
  } finally {
    ignore();
    await tail?.close();
  }
  return exitCode;
}

/** Asked before the rest is read: whatever was written to the old file has been written by then. */
async function isReplaced(tail: Tail | null, file: string): Promise<boolean> {
  const now = await stat(file).catch(() => null);
  return now !== null && now.ino !== tail?.inode;
}

/** An open file that is read as it grows. */
class Tail {
  readonly inode: number;
  readonly #handle: FileHandle;
  #position: number;
  #rest = Buffer.alloc(0);

  private constructor(handle: FileHandle, inode: number, position: number) {
    this.#handle = handle;
    this.inode = inode;
    this.#position = position;
  }

  /** Null when there is no such file yet. */
  static async of(file: string, from: number): Promise<Tail | null> {
    const handle = await open(file).catch(() => null);
    return handle === null ? null : new Tail(handle, (await handle.stat()).ino, from);
  }

  async read(onLine: (line: string) => Promise<void>): Promise<void> {
    for (;;) {
      const { bytesRead, buffer } = await this.#handle.read(Buffer.alloc(CHUNK), 0, CHUNK, this.#position);
      if (bytesRead === 0) return;
      this.#position += bytesRead;
      const bytes = Buffer.concat([this.#rest, buffer.subarray(0, bytesRead)]);
      const end = bytes.lastIndexOf(0x0a) + 1;
      this.#rest = bytes.subarray(end);
      const lines = bytes.subarray(0, end).toString('utf8').split('\n');
      for (const line of lines) if (line !== '') await onLine(line);
    }
  }

  close(): Promise<void> {
    return this.#handle.close();
  }
}
