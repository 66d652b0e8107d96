import { HoldfastError } from '../model/error.ts';
import type { SupervisorStatus } from '../model/supervisor-status.ts';

/** What can be asked of a supervisor. */
export interface Askable {
  stop(exitCode: number): void;
  status(): SupervisorStatus;
  /** Reads the configuration again and starts the children anew. @throws when the configuration is refused. */
  renew(reason: 'operator' | 'update'): Promise<{ readonly version: string }>;
}

/**
 * Answers what is asked of a supervisor on its control address: `status`, `stop`, `restart {reason?}`. `find` gives
 * it once it is there.
 */
export function answererFor(
  find: () => Askable | undefined,
): (verb: string, args: Readonly<Record<string, unknown>>) => Promise<unknown> {
  return async (verb, { reason }) => {
    const target = find();
    if (target === undefined)
      throw new HoldfastError('ERR_CONTROL', 'The supervisor is only starting.', { hint: 'Try again.' });
    switch (verb) {
      case 'status':
        return target.status();
      case 'stop':
        target.stop(0);
        return { pid: process.pid };
      case 'restart':
        return target.renew(reason === 'update' ? 'update' : 'operator');
      default:
        throw new HoldfastError('ERR_CONTROL', `The supervisor does not know "${verb}".`, {
          hint: 'The command line and the supervisor may be of different versions: holdfast stop, then start.',
        });
    }
  };
}
