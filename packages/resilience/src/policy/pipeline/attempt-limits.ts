import type { AwakeLimits } from '../../clock/awake-limits.ts';

/** The limits under which a function is called. */
export interface AttemptLimits {
  readonly timeout: AwakeLimits | undefined;
  readonly stall: AwakeLimits | undefined;
  readonly stallMode: 'warn' | 'enforce';
}
