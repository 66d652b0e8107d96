import { closeSync, constants, mkdirSync, openSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';

/** Something that one process at a time can hold; the system frees it when that process dies. */
export interface Lock {
  release(): void;
}

/** What the lock is named by. */
export interface LockPlace {
  readonly dataDir: string;
  /** The control address; on Windows the lock has its name. */
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
  mkdirSync(dataDir, { recursive: true });
  if (platform === 'linux' || platform === 'android') return lockAddress(addressOf(dataDir));
  if (platform === 'win32') return lockAddress(`${control}-lock`);
  return Promise.resolve(lockFile(join(dataDir, 'supervisor.lock')));
}

/** By what the folder is: where we listen differs between a session and a service, and a path has many names. */
function addressOf(dataDir: string): string {
  const { dev, ino } = statSync(dataDir, { bigint: true });
  return `\0holdfast-supervisor-${dev}-${ino}`;
}

function lockAddress(address: string): Promise<Lock | null> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    // Kept: nothing that happens to the lock later is a reason to end.
    server.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(null);
      else reject(error);
    });
    server.listen(address, () => {
      server.unref();
      resolve({ release: () => server.close() });
    });
  });
}

function lockFile(file: string): Lock | null {
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
