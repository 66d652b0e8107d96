import { classifyStatus } from '../classify/status.ts';
import { InvalidOptionError, ResilienceError } from '../errors.ts';

/** What an answer says besides its status. */
export interface HttpFaultOptions {
  /** The Retry-After header, in whole seconds. */
  readonly retryAfterSeconds?: number;
}

/** An HTTP answer that is an error. Thrown by an attempt it carries its verdict; `chaosFetch` makes a Response of it. */
export class HttpFaultError extends ResilienceError {
  readonly status: number;
  readonly retryAfterSeconds: number | undefined;

  constructor(status: number, retryAfterSeconds: number | undefined) {
    const retryAfter = retryAfterSeconds === undefined ? null : String(retryAfterSeconds);
    const verdict = classifyStatus(status, { retryAfter });
    super(`${status}: answered by a chaos policy.`, {
      code: `HTTP_${status}`,
      hint: 'The fault was injected on purpose; nothing was asked of the upstream.',
      ...(verdict === null ? {} : { verdict }),
    });
    this.status = status;
    this.retryAfterSeconds = retryAfterSeconds;
  }

  /** The answer as fetch would give it. */
  toResponse(): Response {
    const headers = new Headers({ 'content-type': 'text/plain' });
    if (this.retryAfterSeconds !== undefined) headers.set('retry-after', String(this.retryAfterSeconds));
    return new Response(this.message, { status: this.status, headers });
  }
}

/**
 * An error status: `injectFault(() => httpFault(429, { retryAfterSeconds: 30 }))`.
 * @throws InvalidOptionError unless it is a status from 400 to 599.
 */
export function httpFault(status: number, { retryAfterSeconds }: HttpFaultOptions = {}): HttpFaultError {
  if (!Number.isInteger(status) || status < 400 || status > 599) {
    throw new InvalidOptionError('httpFault.status', 'must be a status from 400 to 599');
  }
  if (
    retryAfterSeconds !== undefined &&
    !(Number.isSafeInteger(retryAfterSeconds) && retryAfterSeconds >= 0)
  ) {
    throw new InvalidOptionError('httpFault.retryAfterSeconds', 'must be a whole number of at least 0');
  }
  return new HttpFaultError(status, retryAfterSeconds);
}
