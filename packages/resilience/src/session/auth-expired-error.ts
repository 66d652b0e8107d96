import type { SafeToReplay } from '../classify/verdict.ts';
import { ResilienceError } from '../errors.ts';

/**
 * Throw it from a call that met a login page or a 401: the session logs in once for everybody, then work goes on.
 * `safeToReplay` is `yes` by default: who is not logged in is refused before anything is done.
 */
export class AuthExpiredError extends ResilienceError {
  constructor(
    message = 'The login has expired.',
    options: { readonly cause?: unknown; readonly safeToReplay?: SafeToReplay } = {},
  ) {
    super(message, {
      code: 'ERR_AUTH_EXPIRED',
      hint: 'Nothing to do: the session logs in again. If it happens at once after each login, check the account.',
      cause: options.cause,
      verdict: {
        category: 'auth-expired',
        scope: 'auth',
        safeToReplay: options.safeToReplay ?? 'yes',
        evidence: 'status',
        code: 'ERR_AUTH_EXPIRED',
      },
    });
  }
}
