import type { ChildSpec } from './child-spec.ts';
import { TreeSupervisor } from './supervisor.ts';
import type { Supervisor } from './supervisor.ts';
import { treePlan } from './tree-options.ts';
import type { SupervisorOptions } from './tree-options.ts';

/**
 * Keeps functions of this process running, as supervisors of Erlang/OTP do with processes: a child that ends is
 * started anew at once, alone or with its group, but not more often than the intensity allows; then the rest is
 * stopped and the failure goes upward. Give a child a retry policy of its own for failures that need patience.
 *
 * What differs from OTP: JavaScript cannot kill. A child that ignores its signal is abandoned, which is an event, and
 * may still be at work when its successor starts.
 *
 * @throws InvalidOptionError (`ERR_INVALID_OPTION`) naming the field.
 */
export function supervise(options: SupervisorOptions): Supervisor {
  return new TreeSupervisor(treePlan(options));
}

/**
 * A supervisor as a child of another: `{ id, kind: 'permanent', shutdownMs: Infinity, start: nested(options) }`. Each
 * run is a new supervisor; it is ready when all of its children are, and fails when it gave up. Unlike in OTP that is
 * a failure for a transient one too, so that it does not vanish silently.
 *
 * @throws InvalidOptionError (`ERR_INVALID_OPTION`) naming the field.
 */
export function nested(options: SupervisorOptions): ChildSpec['start'] {
  const plan = treePlan(options);
  return async ({ signal, ready }) => {
    const supervisor = new TreeSupervisor(plan);
    const onAbort = (): void => void supervisor.stop(signal.reason);
    signal.addEventListener('abort', onAbort);
    await supervisor.start();
    ready();
    await supervisor.done;
  };
}
