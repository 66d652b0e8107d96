import { formatDuration } from '../../clock/duration.ts';
import { ResilienceError } from '../../errors.ts';

/** Which limit of time was passed. */
export type TimeoutCode =
  | 'ERR_TIMEOUT_CONNECT'
  | 'ERR_TIMEOUT_FIRST_BYTE'
  | 'ERR_TIMEOUT_IDLE'
  | 'ERR_TIMEOUT_TOTAL'
  | 'ERR_TIMEOUT_ATTEMPT'
  | 'ERR_TIMEOUT_CALL'
  | 'ERR_TIMEOUT_STALL'
  | 'ERR_TIMEOUT_DEADLINE';

const SENTENCES: Readonly<Record<TimeoutCode, string>> = {
  ERR_TIMEOUT_CONNECT: 'No connection was made within',
  ERR_TIMEOUT_FIRST_BYTE: 'No answer began within',
  ERR_TIMEOUT_IDLE: 'The answer stood still for',
  ERR_TIMEOUT_TOTAL: 'The answer was not complete within',
  ERR_TIMEOUT_ATTEMPT: 'The attempt did not end within',
  ERR_TIMEOUT_CALL: 'The call was not answered within',
  ERR_TIMEOUT_STALL: 'The attempt made no progress for',
  ERR_TIMEOUT_DEADLINE: 'The operation did not end within its deadline of',
};

/** A limit of time of ours was passed. Never used for a caller's abort. */
export class TimeoutError extends ResilienceError {
  declare readonly code: TimeoutCode;
  readonly limitMs: number;

  constructor(code: TimeoutCode, limitMs: number, cause?: unknown) {
    super(`${SENTENCES[code]} ${formatDuration(limitMs)}.`, {
      code,
      hint: 'Check the network and the upstream; raise the limit if the upstream is known to be slow.',
      cause,
      verdict: {
        category: 'timeout',
        scope: 'call',
        // Without a connection nothing was sent.
        safeToReplay: code === 'ERR_TIMEOUT_CONNECT' ? 'yes' : 'unknown',
        evidence: 'class',
        code,
      },
    });
    this.name = 'TimeoutError';
    this.limitMs = limitMs;
  }
}
