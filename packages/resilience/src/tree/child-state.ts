/** How a run of a child ended. */
export type RunExit = { readonly ok: true } | { readonly ok: false; readonly error: unknown };

/** Where a child stands. `run` counts its runs from 1. */
export type ChildState =
  /** Is to be started when its turn comes. */
  | { readonly type: 'waiting' }
  /** Runs, and is waited for until it says that it is ready. */
  | { readonly type: 'starting'; readonly run: number }
  | { readonly type: 'running'; readonly run: number }
  /** Ended by itself; the supervisor has not decided yet what follows. */
  | { readonly type: 'exited'; readonly run: number; readonly exit: RunExit }
  /** Was told to stop. */
  | { readonly type: 'stopping'; readonly run: number }
  /** Ended for good, unless its group is restarted. `abandoned`: it did not stop in time and may run still. */
  | { readonly type: 'finished' }
  | { readonly type: 'failed'; readonly error: unknown }
  | { readonly type: 'stopped' }
  | { readonly type: 'abandoned' };

/** What happens to a child. */
export type ChildEvent =
  | { readonly type: 'start'; readonly run: number; readonly awaitsReady: boolean }
  | { readonly type: 'ready'; readonly run: number }
  | { readonly type: 'exit'; readonly run: number; readonly exit: RunExit }
  /** The supervisor wants it to end. */
  | { readonly type: 'stop' }
  | { readonly type: 'stopped'; readonly abandoned: boolean }
  /** The supervisor wants it to be started. */
  | { readonly type: 'plan' };

/** The state after an event. An event that does not fit, such as one of an earlier run, changes nothing. */
export function nextChildState(state: ChildState, event: ChildEvent): ChildState {
  switch (event.type) {
    case 'start':
      if (state.type !== 'waiting') return state;
      return { type: event.awaitsReady ? 'starting' : 'running', run: event.run };
    case 'ready':
      return state.type === 'starting' && state.run === event.run ? { ...state, type: 'running' } : state;
    case 'exit':
      return isUp(state) && state.run === event.run
        ? { type: 'exited', run: event.run, exit: event.exit }
        : state;
    case 'stop':
      return afterStop(state);
    case 'stopped':
      if (state.type !== 'stopping') return state;
      return { type: event.abandoned ? 'abandoned' : 'stopped' };
    case 'plan':
      return isUp(state) || state.type === 'stopping' ? state : { type: 'waiting' };
  }
}

/** Whether the child runs and was not told to stop. */
export function isUp(state: ChildState): state is ChildState & { readonly type: 'starting' | 'running' } {
  return state.type === 'starting' || state.type === 'running';
}

function afterStop(state: ChildState): ChildState {
  if (isUp(state)) return { type: 'stopping', run: state.run };
  if (state.type === 'waiting') return { type: 'stopped' };
  if (state.type !== 'exited') return state;
  return state.exit.ok ? { type: 'finished' } : { type: 'failed', error: state.exit.error };
}
