import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** How an example ended, and what it printed. */
export interface Ended {
  /** Null when a signal ended it. */
  readonly code: number | null;
  readonly output: string;
}

/** An example that runs as its own process. */
export interface RunningProgram {
  readonly pid: number;
  /** Everything it has printed so far, both streams. */
  readonly output: () => string;
  /** A line on its standard input. */
  readonly type: (text: string) => void;
  /** Reads its standard output no more, as `| head` does. */
  readonly stopReading: () => void;
  readonly kill: (signal: NodeJS.Signals) => void;
  readonly ended: Promise<Ended>;
}

/** Starts `examples/sessions/NAME.ts`; `stdin` is closed unless somebody wants to type. */
export function startProgram(
  name: string,
  args: readonly string[],
  stdin: 'ignore' | 'pipe' = 'ignore',
): RunningProgram {
  const program = join(import.meta.dirname, '..', `${name}.ts`);
  const child = spawn(process.execPath, [program, ...args], { stdio: [stdin, 'pipe', 'pipe'] });
  let output = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (output += text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (output += text));
  return {
    pid: child.pid ?? 0,
    output: () => output,
    type: (text) => child.stdin?.write(text),
    stopReading: () => child.stdout?.destroy(),
    kill: (signal) => child.kill(signal),
    ended: once(child, 'close').then(([code]) => ({ code: code as number | null, output })),
  };
}
