import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { ResilienceError } from '../../errors.ts';
import { identify } from '../../process/process-identity.ts';
import type { ProcessIdentity } from '../../process/process-identity.ts';
import { orAbort } from '../browser/or-abort.ts';

/** How a process ended. */
export interface ProcessEnd {
  readonly exitCode: number | null;
  readonly exitSignal: string | null;
  /** The end of what it wrote to its error output. */
  readonly stderr: string;
}

interface StartContext {
  readonly env: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
}

interface Started {
  readonly server: ChromedriverProcess;
  readonly url: string;
}

/** The system gives it a port that is free in one version of IP, and it wants the same in the other. */
const PORT_TAKEN = /port not available/;
const PORT_TRIES = 5;
const PORT = /started successfully on port (\d+)/;
const TAIL_CHARACTERS = 2_000;

/** A chromedriver of our own on a port that it chose itself. Modes: starting -> listening -> ended. */
export class ChromedriverProcess {
  readonly #child: ChildProcess;
  readonly #ended = Promise.withResolvers<ProcessEnd>();
  #stderr = '';

  private constructor(path: string, env: NodeJS.ProcessEnv) {
    // A group of its own: a Ctrl-C in the terminal is meant for the program, which then drains.
    // Else nobody hears why a browser does not start.
    this.#child = spawn(path, ['--port=0', '--enable-chrome-logs'], {
      detached: process.platform !== 'win32',
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child.stderr?.on('data', (chunk: Buffer) => {
      this.#stderr = (this.#stderr + chunk.toString('utf8')).slice(-TAIL_CHARACTERS);
    });
    this.#child.on('exit', (exitCode, exitSignal) =>
      this.#ended.resolve({ exitCode, exitSignal, stderr: this.#stderr }),
    );
  }

  /**
   * Starts the program and waits until it listens.
   * @throws ResilienceError (`ERR_CHROMEDRIVER_START`) when it cannot be started or ends, `signal.reason`.
   */
  static async start(path: string, context: StartContext): Promise<Started> {
    for (let tries = 1; ; tries++) {
      try {
        return await ChromedriverProcess.#startOnce(path, context);
      } catch (error) {
        if (tries === PORT_TRIES || !(error instanceof Error && PORT_TAKEN.test(error.message))) throw error;
      }
    }
  }

  static async #startOnce(path: string, { env, signal }: StartContext): Promise<Started> {
    signal.throwIfAborted();
    const server = new ChromedriverProcess(path, env);
    try {
      const port = await orAbort(signal, server.#port(path));
      return { server, url: `http://127.0.0.1:${port}` };
    } catch (error) {
      server.kill();
      throw error;
    }
  }

  /** Null when it ended before it could be looked at. */
  get identity(): ProcessIdentity | null {
    return this.#child.pid === undefined ? null : identify(this.#child.pid);
  }

  /** The end of what it and its browser have written to their error output. */
  get stderr(): string {
    return this.#stderr.trim();
  }

  /** Resolves when the process has ended, never rejects. */
  get ended(): Promise<ProcessEnd> {
    return this.#ended.promise;
  }

  /** Ends it at once; its browser stays. Harmless when it has ended: Node forgets the number with the exit. */
  kill(): void {
    this.#child.kill('SIGKILL');
  }

  async #port(path: string): Promise<string> {
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    let text = '';
    this.#child.stdout?.on('data', (chunk: Buffer) => {
      text = (text + chunk.toString('utf8')).slice(-TAIL_CHARACTERS);
      const port = PORT.exec(text)?.[1];
      if (port !== undefined) resolve(port);
    });
    this.#child.on('error', (cause) => reject(cannotStart(path, cause.message, 'permanent', cause)));
    void this.#ended.promise.then((end) =>
      reject(
        cannotStart(
          path,
          `it ended with ${end.exitSignal ?? end.exitCode}. ${text}${end.stderr}`.trim(),
          'crash',
        ),
      ),
    );
    return await promise;
  }
}

/** What cannot be executed at all will not be the next time either. */
function cannotStart(
  path: string,
  why: string,
  category: 'permanent' | 'crash',
  cause?: unknown,
): ResilienceError {
  return new ResilienceError(`chromedriver could not be started from ${path}: ${why}`, {
    code: 'ERR_CHROMEDRIVER_START',
    hint: 'Check the option `chromedriver`: the path, the rights of the file, and that its version fits the browser.',
    cause,
    verdict: {
      category,
      scope: category === 'crash' ? 'session' : 'none',
      safeToReplay: category === 'crash' ? 'yes' : 'no',
      evidence: 'code',
      code: 'ERR_CHROMEDRIVER_START',
    },
  });
}
