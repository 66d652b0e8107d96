import { spawn } from 'node:child_process';
import { nodeProgram } from './node-program.ts';
import { siblingPath } from './sibling.ts';

/** Compresses files in a process of its own, one such process at a time; what comes meanwhile waits for the next turn. */
export function compressor(): (files: readonly string[]) => void {
  let busy = false;
  return (files) => {
    if (busy || files.length === 0) return;
    const done = (): void => {
      busy = false;
    };
    const child = spawn(nodeProgram(), [siblingPath('compress/main'), ...files], {
      stdio: 'ignore',
      windowsHide: true,
    });
    // Not before: what the system refuses may be thrown by spawn itself.
    busy = true;
    child.on('close', done).on('error', done).unref();
  };
}
