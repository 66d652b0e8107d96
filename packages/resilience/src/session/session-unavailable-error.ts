import { ResilienceError } from '../errors.ts';

/** Why a session lends nothing. */
export type SessionUnavailableCode = 'ERR_SESSION_OPEN_CIRCUIT' | 'ERR_SESSION_CLOSED';

/** A session lends nothing for now (`ERR_SESSION_OPEN_CIRCUIT`), or never again (`ERR_SESSION_CLOSED`). */
export class SessionUnavailableError extends ResilienceError {
  declare readonly code: SessionUnavailableCode;
  readonly session: string;
  /** Wall time in ms from which a lease is worth asking for; undefined when the session is closed. */
  readonly retryAt?: number;

  constructor(
    session: string,
    why: { readonly reason: string; readonly retryAt: number; readonly cause?: unknown } | 'closed',
  ) {
    const closed = why === 'closed';
    super(
      closed ? `Session "${session}" is closed.` : `Session "${session}" is out of service: ${why.reason}`,
      {
        code: closed ? 'ERR_SESSION_CLOSED' : 'ERR_SESSION_OPEN_CIRCUIT',
        hint: closed
          ? 'Make a new session.'
          : 'Mend what the cause names; ask again after retryAt, or call resume() to try now.',
        cause: closed ? undefined : why.cause,
        verdict: {
          category: closed ? 'permanent' : 'session-lost',
          scope: 'none',
          safeToReplay: 'yes',
          evidence: 'flag',
          code: closed ? 'ERR_SESSION_CLOSED' : 'ERR_SESSION_OPEN_CIRCUIT',
        },
      },
    );
    this.session = session;
    if (!closed) this.retryAt = why.retryAt;
  }
}
