import { VirtualClock } from '../../clock/index.ts';
import { constant } from '../../policy/backoff/backoff.ts';
import type { SessionAdapter } from '../adapter.ts';
import type { SessionEvent } from '../session-event.ts';
import type { SessionPolicy } from '../session-policy.ts';
import type { SupervisedSession } from '../supervised-session.ts';
import { superviseSession } from '../supervise-session.ts';
import { FakeAdapter, FakeAuth } from './fake-adapter.ts';
import type { FakePeer } from './fake-adapter.ts';

/** What a test of a session works with. */
export interface Setup<A, V> {
  readonly clock: VirtualClock;
  readonly adapter: A;
  readonly events: SessionEvent[];
  readonly session: SupervisedSession<V>;
  /** Events of one type, in order. */
  readonly told: <T extends SessionEvent['type']>(type: T) => Extract<SessionEvent, { readonly type: T }>[];
}

/** A session over a fake peer on a virtual clock, waiting 1 s between tries. */
export function setup(
  policy: Partial<SessionPolicy> = {},
  clock: VirtualClock = new VirtualClock(),
): Setup<FakeAdapter, FakePeer> {
  return setupOver(new FakeAdapter(), policy, clock);
}

/** The same with a login, which is needed at first. */
export function setupWithAuth(
  policy: Partial<SessionPolicy> = {},
  clock: VirtualClock = new VirtualClock(),
): Setup<FakeAdapter, FakePeer> & { readonly auth: FakeAuth } {
  const adapter = new FakeAdapter();
  const auth = new FakeAuth(adapter);
  adapter.auth = auth;
  return { ...setupOver(adapter, policy, clock), auth };
}

/** The same over any adapter. */
export function setupOver<A extends SessionAdapter<R, S, V>, R, S, V>(
  adapter: A & SessionAdapter<R, S, V>,
  policy: Partial<SessionPolicy> = {},
  clock: VirtualClock = new VirtualClock(),
): Setup<A, V> {
  const events: SessionEvent[] = [];
  const session = superviseSession<R, S, V>(adapter, {
    name: 'test',
    clock,
    random: { next: () => 0.5 },
    onEvent: (event) => events.push(event),
    ...policy,
    recover: { backoff: constant('1s'), ...policy.recover },
  });
  const told: Setup<A, V>['told'] = (type) =>
    events.filter(
      (event): event is Extract<SessionEvent, { readonly type: typeof type }> => event.type === type,
    );
  return { clock, adapter, events, session, told };
}

/** Looks at a promise without an unhandled rejection meanwhile. */
export function watch<T>(promise: Promise<T>): { settled: boolean; value?: T; error?: unknown } {
  const state: { settled: boolean; value?: T; error?: unknown } = { settled: false };
  promise.then(
    (value) => void Object.assign(state, { settled: true, value }),
    (error: unknown) => void Object.assign(state, { settled: true, error }),
  );
  return state;
}
