import type { ChildProcess } from 'node:child_process';
import type { LossReport } from '../../session/loss.ts';

const TAIL_CHARACTERS = 2_000;

/** Hears how a browser process ends, and keeps the end of what it wrote to its error output. */
export class BrowserExit {
  #stderr = '';
  #report: LossReport | undefined;
  readonly #ended = Promise.withResolvers<LossReport>();

  /** `child`: null where the driver does not tell; then nothing is ever heard. */
  constructor(child: ChildProcess | null) {
    child?.stderr?.on('data', (chunk: Buffer) => {
      this.#stderr = (this.#stderr + chunk.toString('utf8')).slice(-TAIL_CHARACTERS);
    });
    const report = (exitCode: number | null, exitSignal: string | null): void => {
      this.#report = {
        cause: 'process-exit',
        detail: this.#stderr.trim() === '' ? 'The browser process ended.' : this.#stderr.trim(),
        ...(exitCode !== null && { exitCode }),
        ...(exitSignal !== null && { exitSignal }),
      };
      this.#ended.resolve(this.#report);
    };
    if (child !== null && (child.exitCode !== null || child.signalCode !== null)) {
      report(child.exitCode, child.signalCode);
    }
    child?.once('exit', report);
  }

  /** Undefined while the process lives. */
  get report(): LossReport | undefined {
    return this.#report;
  }

  /** Resolves when the process has ended. */
  get ended(): Promise<LossReport> {
    return this.#ended.promise;
  }
}
