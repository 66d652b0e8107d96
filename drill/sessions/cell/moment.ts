import type { SessionState } from '@holdfast/resilience/session';
import type { Stage } from './stage.ts';

/** What the session does at this moment, and whether that is what the row is about. */
export type Moment = () => { readonly fits: boolean; readonly what: string };

/** A lease is held, and nobody asks anything of it. */
export function idling(stage: Stage): Moment {
  return inState(stage, 'while a lease was held and idle', ({ kind }) => kind === 'ready');
}

/** The first login of the session. */
export function loggingIn(stage: Stage): Moment {
  return inState(stage, 'with the form of the login on the screen', ({ kind }) => kind === 'opening');
}

/** The resource is being replaced on purpose, and the next one is not opened yet. */
export function beforeSnapshot(stage: Stage, what: string): Moment {
  return inState(
    stage,
    what,
    (state) => state.kind === 'recovering' && state.loss === null && stage.driven.opened.calls === 1,
  );
}

/** The next resource is there and looks whether somebody is logged in. */
export function recovering(stage: Stage): Moment {
  return inState(
    stage,
    'in the recovery from a killed browser',
    (state) => state.kind === 'recovering' && state.loss !== null,
  );
}

function inState({ driven }: Stage, what: string, isIt: (state: SessionState) => boolean): Moment {
  return () => {
    const { state } = driven.session;
    if (isIt(state)) return { fits: true, what };
    return {
      fits: false,
      what: `the session was ${state.kind}, and ${driven.opened.calls} browsers had been opened`,
    };
  };
}
