import { spawn } from 'node:child_process';
import type { ChildMessage } from '../model/engine-message.ts';
import type { StartEngine } from './engine-process.ts';

/**
 * Starts the engine at a path as a child of this process. What it prints goes to standard error, so that standard
 * output belongs to its parent alone.
 */
export function engineAt(path: string, execArgv: readonly string[]): StartEngine {
  return ({ onMessage, onExit }) => {
    const child = spawn(process.execPath, [...execArgv, path], {
      stdio: ['ignore', 2, 2, 'ipc'],
      windowsHide: true,
    });
    let ended = false;
    const end = (code: number | null, signal: string | null): void => {
      if (!ended) onExit(code, signal);
      ended = true;
    };
    child.on('message', (message) => onMessage(message as ChildMessage));
    // 'exit' may come before the last messages have been read; 'close' comes after them.
    child.on('close', end);
    child.on('error', () => {
      if (child.pid === undefined) end(null, null);
    });
    return {
      pid: child.pid,
      send: (message) => {
        // A channel that breaks here is told by 'close'.
        if (child.connected) child.send(message, () => undefined);
      },
      kill: () => void child.kill('SIGKILL'),
    };
  };
}
