import { formatDuration } from '../clock/duration.ts';
import { ResilienceError } from '../errors.ts';

/** What a SupervisorError says. */
export type SupervisorErrorCode = 'ERR_TREE_INTENSITY' | 'ERR_TREE_STOP' | 'ERR_TREE_RESTART';

/** Why a supervisor ended, or why it stopped a child: `signal.reason` of the child unless `stop()` was given one. */
export class SupervisorError extends ResilienceError {
  declare readonly code: SupervisorErrorCode;
  /** Name of the supervisor. */
  readonly supervisor: string;
  /** The word of Erlang/OTP for an end that a supervisor ordered. */
  readonly reason = 'shutdown';

  constructor(
    supervisor: string,
    code: SupervisorErrorCode,
    message: string,
    more: { readonly hint: string; readonly cause?: unknown },
  ) {
    super(message, {
      code,
      ...more,
      ...(code === 'ERR_TREE_INTENSITY'
        ? {}
        : {
            verdict: { category: 'cancelled', scope: 'none', safeToReplay: 'no', evidence: 'class', code },
          }),
    });
    this.name = 'SupervisorError';
    this.supervisor = supervisor;
  }
}

/** Too many restarts. `cause` is the failure that was one too many. */
export function intensityError(
  supervisor: string,
  child: string,
  limit: { readonly restarts: number; readonly withinMs: number },
  cause: unknown,
): SupervisorError {
  const allowed = `${limit.restarts} within ${formatDuration(limit.withinMs)}`;
  return new SupervisorError(
    supervisor,
    'ERR_TREE_INTENSITY',
    `Supervisor ${supervisor} gave up: child ${child} ended once more than the allowed restarts (${allowed}).`,
    { hint: `See the cause for what ended ${child} last.`, cause },
  );
}

/** The supervisor was told to stop. */
export function stopError(supervisor: string): SupervisorError {
  return new SupervisorError(supervisor, 'ERR_TREE_STOP', `Supervisor ${supervisor} stops its children.`, {
    hint: 'Nothing is wrong: the child was asked to end.',
  });
}

/** The group of a child that ended is restarted. */
export function restartError(supervisor: string, child: string, cause: unknown): SupervisorError {
  return new SupervisorError(
    supervisor,
    'ERR_TREE_RESTART',
    `Supervisor ${supervisor} restarts this child because child ${child} ended.`,
    { hint: `See the cause for what ended ${child}.`, cause },
  );
}
