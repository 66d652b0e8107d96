import { ResilienceError } from '../errors.ts';

/** What a person is asked to do. */
export interface HumanRequest {
  /** Such as `captcha`, `second-factor`, `password-changed`. */
  readonly kind: string;
  /** A sentence that says what to do. */
  readonly message: string;
  /** Where to do it. */
  readonly url?: string;
}

/** Thrown by a login that only a person can finish. Parks the session; `resume()` goes on. */
export class NeedsHumanError extends ResilienceError {
  readonly request: HumanRequest;

  constructor(request: HumanRequest) {
    super(request.message, {
      code: 'ERR_NEEDS_HUMAN',
      hint: 'Do what the request says, then call resume() of the session.',
      verdict: {
        category: 'auth-expired',
        scope: 'auth',
        safeToReplay: 'no',
        evidence: 'event',
        code: 'ERR_NEEDS_HUMAN',
      },
    });
    this.request = request;
  }
}
