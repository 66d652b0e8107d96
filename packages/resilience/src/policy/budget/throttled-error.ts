import { ResilienceError } from '../../errors.ts';

/** The call was not made: the other side accepts so few calls that this one was shed here. */
export class ThrottledError extends ResilienceError {
  /** The share of calls that was shed at that moment, 0 to 1. */
  readonly rejected: number;

  constructor(throttle: string, rejected: number) {
    super(
      `The throttle ${throttle} shed this call, as it does now with ${Math.round(rejected * 100)} % of them.`,
      {
        code: 'ERR_THROTTLED',
        hint: 'Send less for a while; the other side answers too few of the calls that it gets.',
        verdict: {
          category: 'rate-limit',
          scope: 'call',
          safeToReplay: 'yes',
          evidence: 'class',
          code: 'ERR_THROTTLED',
        },
      },
    );
    this.name = 'ThrottledError';
    this.rejected = rejected;
  }
}
