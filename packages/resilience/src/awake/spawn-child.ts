import { ChildProcess, spawn } from 'node:child_process';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Child, ChildEvents, Command } from './spawn.ts';

const STDERR_CHARACTERS = 2000;

/**
 * Starts a real child. On Linux and macOS it leads a session of its own: no terminal to ask for a password on
 * (systemd #18619, #42372), no Ctrl-C meant for us; its whole group is ended together.
 */
export function spawnChild(command: Command, events: ChildEvents): Child {
  const ownSession = process.platform !== 'win32';
  const child = start(command, ownSession);
  if (!(child instanceof ChildProcess)) return neverStarted(child, events);
  tell(child, events);
  const streams = [child.stdin, child.stdout, child.stderr];
  return {
    pid: child.pid,
    write: (text) => void child.stdin.write(text),
    end: () => void child.stdin.end(),
    kill: () => kill(child, ownSession),
    keepsAlive(yes) {
      // At run time the pipes are sockets, which hold the process just as the child does.
      for (const part of [child, ...streams] as readonly Partial<Pick<typeof child, 'ref' | 'unref'>>[]) {
        if (yes) part.ref?.();
        else part.unref?.();
      }
    },
  };
}

function start(command: Command, detached: boolean): ChildProcessWithoutNullStreams | NodeJS.ErrnoException {
  const env = { ...process.env, ...command.env };
  try {
    return spawn(command.program, command.args, { env, stdio: 'pipe', detached, windowsHide: true });
  } catch (error) {
    // Most failures come as an event; a lack of memory or an argument with a zero byte is thrown.
    return error instanceof Error ? error : new Error(String(error));
  }
}

function neverStarted(error: NodeJS.ErrnoException, events: ChildEvents): Child {
  const exit = { code: null, signal: null, failedWith: error.code ?? error.message, stderr: '' };
  queueMicrotask(() => events.onExit(exit));
  return { pid: undefined, write() {}, end() {}, kill() {}, keepsAlive() {} };
}

function tell(child: ChildProcessWithoutNullStreams, events: ChildEvents): void {
  let stderr = '';
  let failedWith: string | null = null;
  let isOver = false;
  const over = (code: number | null, signal: string | null): void => {
    if (isOver) return;
    isOver = true;
    events.onExit({ code, signal, failedWith, stderr });
  };
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(-STDERR_CHARACTERS);
  });
  createInterface({ input: child.stdout }).on('line', (line) => events.onLine(line));
  // A child that is gone cannot be written to; its exit tells why.
  child.stdin.on('error', () => {});
  child.on('error', (error: NodeJS.ErrnoException) => {
    if (child.pid !== undefined) return;
    failedWith = error.code ?? 'EUNKNOWN';
    over(null, null);
  });
  // What it has started may hold our pipes: the end of input tells it to go as well.
  child.on('exit', () => child.stdin.destroy());
  child.on('close', over);
}

function kill(child: ChildProcessWithoutNullStreams, ownSession: boolean): void {
  const isRunning = child.pid !== undefined && child.exitCode === null && child.signalCode === null;
  if (!isRunning || child.pid === undefined) return;
  if (!ownSession) {
    child.kill('SIGKILL');
    return;
  }
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch (error) {
    // It ended on its own in this very moment.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
