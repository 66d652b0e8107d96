import type { ChildKind } from './child-spec.ts';
import type { ChildState, RunExit } from './child-state.ts';

/**
 * Which children are started anew when one has to be: it alone, all, or it and those after it. The others are
 * stopped before, in reverse order.
 */
export type RestartStrategy = 'one-for-one' | 'one-for-all' | 'rest-for-one';

/** Whether a child that ended by itself has to be started again. */
export function mustRestart(kind: ChildKind, exit: RunExit): boolean {
  return kind === 'permanent' || (kind === 'transient' && !exit.ok);
}

/** The children that are restarted when the one at `index` has to be, in the order of their start. */
export function groupOf<T>(strategy: RestartStrategy, children: readonly T[], index: number): readonly T[] {
  if (strategy === 'one-for-all') return children;
  return children.slice(index, strategy === 'one-for-one' ? index + 1 : undefined);
}

/** Which child may be started now: the first that waits, unless one before it is not ready yet. */
export function nextToStart(states: readonly ChildState[]): number | undefined {
  const first = states.findIndex(({ type }) => type === 'waiting' || type === 'starting');
  return states[first]?.type === 'waiting' ? first : undefined;
}
