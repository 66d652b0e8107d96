import { ResilienceError } from '../errors.ts';
import { briefly } from './loss.ts';

/** The session's own limits forbid a login for now (`ERR_LOGIN_REFUSED`), so that no account is locked. */
export class LoginRefusedError extends ResilienceError {
  /** Wall time in ms from which one may be tried. */
  readonly until: number;

  /** `reason`: a part of a sentence; `cause`: how the last login failed. */
  constructor(reason: string, until: number, cause?: unknown) {
    super(
      `No login for now: ${reason}${cause === undefined ? '' : `; the last failed with: ${briefly(cause)}`}.`,
      {
        code: 'ERR_LOGIN_REFUSED',
        hint: 'Check the account and the password by hand; then call resume() of the session, or wait.',
        cause,
        verdict: {
          category: 'auth-expired',
          scope: 'auth',
          safeToReplay: 'yes',
          evidence: 'event',
          code: 'ERR_LOGIN_REFUSED',
        },
      },
    );
    this.until = until;
  }
}
