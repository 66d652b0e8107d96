import type { ChildExit } from '../model/engine-message.ts';
import type { ChildSpec } from './plan.ts';
import type { SupervisorEvent } from './supervisor-event.ts';

type Named = Pick<ChildSpec, 'name' | 'main'>;

/** A process of a child was started. */
export function eventOfStart(
  { name, main }: Named,
  pid: number | null,
  starts: number,
  at: number,
): SupervisorEvent {
  return main ? { kind: 'engine-started', at, pid, starts } : { kind: 'child-started', at, child: name, pid };
}

/** A child gives no sign of life. */
export function eventOfHang({ name, main }: Named, silentMs: number, at: number): SupervisorEvent {
  return main ? { kind: 'engine-hung', at, silentMs } : { kind: 'child-hung', at, child: name, silentMs };
}

/** A process of a child ended and is to be followed by another. */
export function eventOfExit({ name, main }: Named, exit: ChildExit): readonly SupervisorEvent[] {
  const { at, code, signal, reason, restartInMs, coolingDown } = exit;
  if (!main)
    return [{ kind: 'child-exited', at, child: name, code, signal, reason, restartInMs, coolingDown }];
  const exited: SupervisorEvent = { kind: 'engine-exited', at, code, signal, reason, restartInMs };
  return coolingDown ? [exited, { kind: 'cooling-down', at, until: at + restartInMs, reason }] : [exited];
}
