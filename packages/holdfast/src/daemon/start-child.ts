import { spawn, type ChildProcess as NodeChild } from 'node:child_process';
import type { Clock, Timer } from '@holdfast/resilience/clock';
import type { ChildListener, ChildProcess, StartChild } from './child-process.ts';
import { eachLine } from './each-line.ts';
import { nodeProgram } from './node-program.ts';
import { readChildMessage } from './read-child-message.ts';

/** How long a dead child's output is waited for while something that it started holds it open, ms. */
const LAST_WORDS_MS = 1_000;

/**
 * glibc gives every thread that allocates an arena of its own, up to eight a processor, and an arena hardly gives back
 * what its fragments keep: a few threads that work for weeks make a process larger than what it uses. Two are enough for
 * what we do; whoever sets the variable keeps their choice. (mallopt(3), M_ARENA_MAX)
 */
const FEW_ARENAS = { MALLOC_ARENA_MAX: '2' };

/**
 * Starts programs as children of this process, each in a process group of its own, so that all of it can be
 * ended at once. A Ctrl-C of the terminal does not reach them: the supervisor decides what it means.
 */
export function childStarter(clock: Clock): StartChild {
  return ({ file, args = [], execArgv = [] }, listener) => {
    const output = listener.onOutput === undefined ? 2 : 'pipe';
    let child: NodeChild;
    try {
      child = spawn(nodeProgram(), [...execArgv, file, ...args], {
        stdio: ['ignore', output, output, 'ipc'],
        env: { ...FEW_ARENAS, ...process.env },
        detached: process.platform !== 'win32',
        windowsHide: true,
      });
    } catch {
      // Some refusals of the system (no memory) are thrown, others told later: to us they are the same.
      return stillborn(listener, clock);
    }
    follow(child, listener, clock);
    return {
      pid: child.pid,
      send: (message) => {
        // A channel that breaks here is told by 'close'.
        if (child.connected) child.send(message, () => undefined);
      },
      kill: () => killTree(child),
    };
  };
}

function stillborn({ onExit }: ChildListener, clock: Clock): ChildProcess {
  clock.timer(0, () => onExit(null, null));
  return { pid: undefined, send: () => undefined, kill: () => undefined };
}

function follow(child: NodeChild, { onMessage, onExit, onOutput }: ChildListener, clock: Clock): void {
  let ended = false;
  let patience: Timer | undefined;
  const end = (code: number | null, signal: string | null): void => {
    patience?.cancel();
    if (!ended) onExit(code, signal);
    ended = true;
  };
  child.on('message', (value) => {
    const message = readChildMessage(value);
    if (message !== null) onMessage(message);
  });
  // 'exit' may come before the last messages have been read; 'close' comes after them.
  child.on('close', end);
  child.on('exit', (code, signal) => {
    killGroup(child);
    patience = clock.timer(LAST_WORDS_MS, () => end(code, signal));
  });
  child.on('error', () => {
    if (child.pid === undefined) end(null, null);
  });
  if (onOutput === undefined) return;
  eachLine(child.stdout, (line) => onOutput(line, 'stdout'));
  eachLine(child.stderr, (line) => onOutput(line, 'stderr'));
}

/** Only while the child is not buried, so that its number cannot be anybody else's. */
function killTree(child: NodeChild): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  if (process.platform === 'win32') {
    spawn('taskkill', ['/PID', String(child.pid), '/T', '/F'], { stdio: 'ignore', windowsHide: true }).on(
      'error',
      () => child.kill('SIGKILL'),
    );
  } else if (!killGroup(child)) child.kill('SIGKILL');
}

/** Ends what is left of the child's process group; its number is in use as long as the group has a member. */
function killGroup({ pid }: NodeChild): boolean {
  if (pid === undefined || process.platform === 'win32') return false;
  try {
    return process.kill(-pid, 'SIGKILL');
  } catch {
    // Nobody is left in it.
    return false;
  }
}
