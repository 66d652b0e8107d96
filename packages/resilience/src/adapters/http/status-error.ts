import { classifyStatus } from '../../classify/status.ts';
import { statusError as errorOfStatus } from '../../classify/throw-if-failed.ts';
import type { Verdict } from '../../classify/verdict.ts';
import { ResilienceError } from '../../errors.ts';

/** What an answer's status says, or null when it is no error. `now` is wall time in ms since the epoch. */
export function verdictOf(response: Response, now: number): Verdict | null {
  return classifyStatus(response.status, { headers: response.headers, now });
}

/** An answer that says: not now, come back later. `verdict.retryAfterMs` is what it asked for. */
export function rateLimitError(url: URL, response: Response, verdict: Verdict): ResilienceError {
  return new ResilienceError(`${url.origin} answered ${response.status}: too many requests.`, {
    code: 'ERR_HTTP_RATE_LIMITED',
    hint: 'Wait as long as the verdict says (retryAfterMs) and ask less often.',
    verdict,
  });
}

/** An answer that was needed (of a login, a check, a probe) and is an error. */
export function statusError(url: URL, response: Response, verdict: Verdict): ResilienceError {
  return errorOfStatus(`${url.origin}${url.pathname}`, response.status, verdict);
}

/**
 * The server took an unsafe request (POST) and redirected, and what followed failed. The request has been processed,
 * or may have been: it is never safe to repeat, whatever the error of the redirect's target says. That holds for an
 * expired login too, so the verdict does not ask for one: the next request meets it, and can be repeated.
 */
export function redirectedError(method: string, cause: unknown, verdict: Verdict): ResilienceError {
  const category = verdict.category === 'auth-expired' ? 'network' : verdict.category;
  const scope = verdict.scope === 'auth' ? 'call' : verdict.scope;
  return new ResilienceError(`The ${method} was answered by a redirect, and following it failed.`, {
    code: 'ERR_HTTP_REDIRECTED',
    hint: 'Look whether the request has taken effect before it is repeated.',
    cause,
    verdict: { ...verdict, category, scope, safeToReplay: 'unknown' },
  });
}
