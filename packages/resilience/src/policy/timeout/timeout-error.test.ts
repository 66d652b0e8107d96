import { expect, test } from 'vitest';
import { TimeoutError } from './timeout-error.ts';

test.each([
  ['ERR_TIMEOUT_CONNECT', 'No connection was made within 30s.', 'yes'],
  ['ERR_TIMEOUT_FIRST_BYTE', 'No answer began within 30s.', 'unknown'],
  ['ERR_TIMEOUT_IDLE', 'The answer stood still for 30s.', 'unknown'],
  ['ERR_TIMEOUT_TOTAL', 'The answer was not complete within 30s.', 'unknown'],
  ['ERR_TIMEOUT_ATTEMPT', 'The attempt did not end within 30s.', 'unknown'],
  ['ERR_TIMEOUT_CALL', 'The call was not answered within 30s.', 'unknown'],
  ['ERR_TIMEOUT_STALL', 'The attempt made no progress for 30s.', 'unknown'],
  ['ERR_TIMEOUT_DEADLINE', 'The operation did not end within its deadline of 30s.', 'unknown'],
] as const)(
  '%s says what took too long, and whether something may have been sent',
  (code, message, replay) => {
    const cause = new Error('why');
    const error = new TimeoutError(code, 30_000, cause);
    expect(error).toMatchObject({ name: 'TimeoutError', code, message, limitMs: 30_000, cause });
    expect(error.verdict).toEqual({
      category: 'timeout',
      scope: 'call',
      safeToReplay: replay,
      evidence: 'class',
      code,
    });
  },
);
