import { closeSync, constants, mkdirSync, openSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';

/** Something that one process at a time can hold; the system frees it when that process dies. */
export interface Lock {
  release(): void;
}

/** What the lock is named by. */
export interface LockPlace {
  readonly dataDir: string;
  /** The control address, which names the data folder and its user. */
  readonly control: string;
  readonly platform: NodeJS.Platform;
}

/** open(2) of macOS and the BSDs: opens with an exclusive flock(2); Node has no name for it. */
const O_EXLOCK = 0x20;

/**
 * Takes the lock of a supervisor; null when another process holds it. Linux: an abstract socket, which is no file.
 * Windows: a named pipe. Elsewhere: an exclusive flock(2) of a file.
 */
export function takeLock({ dataDir, control, platform }: LockPlace): Promise<Lock | null> {
  if (platform === 'linux' || platform === 'android') return lockAddress(`\0${control}`);
  if (platform === 'win32') return lockAddress(`${control}-lock`);
  return Promise.resolve(lockFile(join(dataDir, 'supervisor.lock'), dataDir));
}

function lockAddress(address: string): Promise<Lock | null> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(null);
      else reject(error);
    });
    server.listen(address, () => {
      server.unref();
      resolve({ release: () => server.close() });
    });
  });
}

function lockFile(file: string, folder: string): Lock | null {
  mkdirSync(folder, { recursive: true });
  try {
    const handle = openSync(
      file,
      constants.O_RDWR | constants.O_CREAT | constants.O_NONBLOCK | O_EXLOCK,
      0o600,
    );
    return { release: () => closeSync(handle) };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return null;
    throw error;
  }
}
