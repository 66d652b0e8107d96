import type { Machine, Mode } from './machine-types.ts';
import type { SessionState } from './session-state.ts';

/** What people see of a mode. */
export function viewOf(machine: Machine, leases: number): SessionState {
  const { mode, memory } = machine;
  switch (mode.kind) {
    case 'course':
      return viewOfCourse(mode, memory.generation === 0);
    case 'ready':
      return { kind: 'ready', generation: mode.generation, since: mode.since };
    case 'suspect':
      return { kind: 'suspect', generation: mode.generation, why: mode.why };
    case 'needs-human':
      return { kind: 'needs-human', request: mode.request, since: mode.since };
    case 'open-circuit':
      return { kind: 'open-circuit', reason: mode.reason, retryAt: mode.retry.wall };
    case 'draining':
      return { kind: 'draining', leases };
    case 'idle':
    case 'closed':
      return { kind: mode.kind };
  }
}

function viewOfCourse(mode: Extract<Mode, { readonly kind: 'course' }>, first: boolean): SessionState {
  const { generation, attempt, loss, step } = mode;
  if (first) return { kind: 'opening', generation, attempt };
  return {
    kind: 'recovering',
    generation,
    attempt,
    loss,
    ...(step.name === 'waiting' ? { nextTryAt: step.due.wall } : {}),
  };
}
