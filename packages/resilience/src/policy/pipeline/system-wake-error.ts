import { formatDuration } from '../../clock/duration.ts';
import { ResilienceError } from '../../errors.ts';

/**
 * The reason with which an attempt is ended that was under way while the machine slept: its connections are dead, and
 * would keep it hanging for minutes.
 */
export class SystemWakeError extends ResilienceError {
  readonly sleptMs: number;

  constructor(sleptMs: number) {
    super(`The machine slept for ${formatDuration(sleptMs)} during the attempt.`, {
      code: 'ERR_SYSTEM_WAKE',
      hint: 'Try again with a new connection.',
      verdict: {
        category: 'network',
        scope: 'call',
        safeToReplay: 'unknown',
        evidence: 'event',
        code: 'ERR_SYSTEM_WAKE',
      },
    });
    this.name = 'SystemWakeError';
    this.sleptMs = sleptMs;
  }
}
