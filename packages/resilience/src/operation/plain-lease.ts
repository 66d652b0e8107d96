import { classify } from '../classify/classify.ts';
import type { Clock } from '../clock/clock.ts';
import { parseDuration } from '../clock/duration.ts';
import type { CallOptions, Lease } from '../session/lease.ts';
import { withinLimit } from './within-limit.ts';

/** The lease of an operation without a session: it lends nothing and is never lost. */
export function plainLease(clock: Clock, signal: AbortSignal): Lease<undefined> {
  return {
    resource: undefined,
    generation: 0,
    signal,
    stale: false,
    run: <T>(call: (resource: undefined) => Promise<T>, options: CallOptions = {}): Promise<T> =>
      withinLimit(
        () => call(undefined),
        options.deadline === undefined
          ? { clock, signals: [signal] }
          : {
              clock,
              signals: [signal],
              ms: parseDuration(options.deadline, 'deadline'),
              code: 'ERR_TIMEOUT_CALL',
            },
      ),
    report: (error) => classify(error, { signal }),
    release: async () => {},
    [Symbol.asyncDispose]: async () => {},
  };
}
