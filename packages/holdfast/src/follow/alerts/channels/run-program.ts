import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import type { Clock } from '@holdfast/resilience/clock';
import { HoldfastError } from '../../../model/error.ts';

/** A program to run to its end, without a shell. */
export interface Program {
  readonly words: readonly string[];
  /** Added to our own environment. */
  readonly env: Readonly<Record<string, string>>;
  readonly stdin: string;
  readonly timeoutMs: number;
}

/**
 * Resolves when the program ended with 0.
 * @throws HoldfastError `ERR_COMMAND` when it could not be started or ended otherwise, `ERR_COMMAND_TIMEOUT`; the
 * signal's reason when it aborts. In these cases the program and what it started are killed.
 */
export type RunProgram = (program: Program, signal: AbortSignal) => Promise<void>;

const KEPT_OUTPUT = 2_000;

/** Runs programs as groups of their own, so that all of one can be killed. */
export function programRunner(clock: Clock, platform: NodeJS.Platform): RunProgram {
  return async ({ words, env, stdin, timeoutMs }, signal) => {
    signal.throwIfAborted();
    const [file = '', ...args] = words;
    const child = spawn(file, args, {
      stdio: ['pipe', 'ignore', 'pipe'],
      env: { ...process.env, ...withoutZeros(env) },
      detached: platform !== 'win32',
      windowsHide: true,
    });
    const stop = (): void => killTree(child, platform);
    const overdue = Promise.withResolvers<never>();
    overdue.promise.catch(() => undefined);
    const timer = clock.timer(timeoutMs, () => overdue.reject(tooLong(file, timeoutMs)));
    const onAbort = (): void => overdue.reject(signal.reason as Error);
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      await Promise.race([endOf(child, file, stdin), overdue.promise]);
    } catch (error) {
      stop();
      throw error;
    } finally {
      timer.cancel();
      signal.removeEventListener('abort', onAbort);
    }
  };
}

function endOf(child: ChildProcess, file: string, stdin: string): Promise<void> {
  return new Promise((resolve, reject) => {
    let told = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      told = (told + text).slice(-KEPT_OUTPUT);
    });
    // A program that does not read what it is given may still do its work.
    child.stdin?.on('error', () => undefined);
    child.on('error', (cause) =>
      reject(
        new HoldfastError('ERR_COMMAND', `${file} could not be started: ${cause.message}`, {
          hint: 'Check that the program is installed, and name it by its full path.',
          cause,
        }),
      ),
    );
    // Not `close`: what the program left in the background may hold its output open.
    child.on('exit', (code, signal) => {
      if (code === 0) return resolve();
      const how = signal === null ? `exit code ${code}` : `signal ${signal}`;
      const last = told.trim().split('\n').at(-1) ?? '';
      reject(
        new HoldfastError('ERR_COMMAND', `${file} ended with ${how}${last === '' ? '' : `: ${last}`}.`, {
          hint: 'Try it by hand.',
        }),
      );
    });
    child.stdin?.end(stdin);
  });
}

function tooLong(file: string, timeoutMs: number): HoldfastError {
  return new HoldfastError(
    'ERR_COMMAND_TIMEOUT',
    `${file} did not end within ${timeoutMs / 1_000} s and was killed.`,
    { hint: 'Let it hand long work to something else.' },
  );
}

function killTree({ pid }: ChildProcess, platform: NodeJS.Platform): void {
  if (pid === undefined) return;
  if (platform === 'win32') {
    spawn('taskkill', ['/pid', String(pid), '/t', '/f'], { stdio: 'ignore', windowsHide: true }).on(
      'error',
      () => undefined,
    );
    return;
  }
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Variables end at a zero byte. */
function withoutZeros(env: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(env).map(([name, value]) => [name, value.replaceAll('\0', '')]));
}
