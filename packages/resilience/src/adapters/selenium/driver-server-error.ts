import { ResilienceError } from '../../errors.ts';

/** The WebDriver server is gone: it runs on this machine, so no network can be at fault. */
export class DriverServerError extends ResilienceError {
  /** `cause`: what the connection said, whose code tells whether the command was sent. */
  constructor(cause: NodeJS.ErrnoException) {
    super(`The WebDriver server did not answer: ${cause.message}`, {
      code: 'ERR_DRIVER_SERVER',
      hint: 'Nothing to do: the session starts a new one. If it happens again and again, start the server by hand.',
      cause,
      verdict: {
        category: 'session-lost',
        scope: 'session',
        safeToReplay: cause.code === 'ECONNREFUSED' ? 'yes' : 'unknown',
        evidence: 'code',
        code: 'ERR_DRIVER_SERVER',
      },
    });
    this.name = 'DriverServerError';
  }
}
