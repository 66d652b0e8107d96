import { homedir, tmpdir } from 'node:os';
import { systemClock } from '@holdfast/resilience/clock';
import { fileOutput } from './file-output.ts';
import type { Io } from './io.ts';

const SIGNALS: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/** The real world. A reader that went away (EPIPE) ends the command with 0: it has seen what it wanted. */
export function systemIo(): Io {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') process.exit(0);
      throw error;
    });
  }
  return {
    out: fileOutput(1) ?? process.stdout,
    err: process.stderr,
    env: process.env,
    cwd: process.cwd(),
    platform: process.platform,
    home: homedir(),
    tmp: tmpdir(),
    uid: process.getuid?.(),
    clock: systemClock,
    onSignal: (handler) => {
      for (const signal of SIGNALS) process.on(signal, handler);
      return () => {
        for (const signal of SIGNALS) process.removeListener(signal, handler);
      };
    },
  };
}
