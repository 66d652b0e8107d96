import { spawn } from 'node:child_process';
import { siblingPath } from './sibling.ts';

/** Compresses files in a process of its own, one such process at a time; what comes meanwhile waits for the next turn. */
export function compressor(): (files: readonly string[]) => void {
  let busy = false;
  return (files) => {
    if (busy || files.length === 0) return;
    busy = true;
    const done = (): void => {
      busy = false;
    };
    spawn(process.execPath, [siblingPath('compress/main'), ...files], { stdio: 'ignore', windowsHide: true })
      .on('close', done)
      .on('error', done)
      .unref();
  };
}
