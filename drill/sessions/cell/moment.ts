import type { SessionState } from '@holdfast/resilience/session';
import type { Stage } from './stage.ts';

/** Says what the session does at this moment; null when that is not what the row is about. */
export type Moment = () => string | null;

/** A lease is held, and nobody asks anything of it. */
export function idling({ driven }: Stage): Moment {
  return () => (driven.session.state.kind === 'ready' ? 'while a lease was held and idle' : null);
}

/** The first login of the session. */
export function loggingIn({ driven }: Stage): Moment {
  return () => (driven.session.state.kind === 'opening' ? 'with the form of the login on the screen' : null);
}

/** The resource is being replaced on purpose, and the next one is not opened yet. */
export function beforeSnapshot({ driven }: Stage, what: string): Moment {
  return () => {
    const { state } = driven.session;
    return isReplaced(state) && state.loss === null && driven.opened.calls === 1 ? what : null;
  };
}

/** The next resource is there and looks whether somebody is logged in. */
export function recovering({ driven }: Stage): Moment {
  return () => {
    const { state } = driven.session;
    return isReplaced(state) && state.loss !== null ? 'in the recovery from a killed browser' : null;
  };
}

function isReplaced(state: SessionState): state is Extract<SessionState, { readonly kind: 'recovering' }> {
  return state.kind === 'recovering';
}
