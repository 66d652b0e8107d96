/** Waits before a child that died is started again: 1 s, doubled each time. */
const FIRST_DELAY_MS = 1_000;
/** The longest wait, and the wait after a refusal, which seldom changes soon. */
export const LONGEST_DELAY_MS = 300_000;
/** After so long a life the waits begin anew. */
const HEALTHY_MS = 60_000;

/** Where a kept child stands. */
export type KeptState =
  | { readonly at: 'stopped' }
  /** Started, not yet confirmed. */
  | { readonly at: 'starting'; readonly deaths: number }
  /** `since` is monotonic time in ms. */
  | { readonly at: 'running'; readonly deaths: number; readonly since: number }
  /** It is started again in `delayMs`, counted from the moment this state began. */
  | {
      readonly at: 'waiting';
      readonly deaths: number;
      readonly why: 'died' | 'refused';
      readonly reason: string;
      readonly delayMs: number;
    }
  /** The program is not on this machine: it is not tried again. */
  | { readonly at: 'absent'; readonly reason: string };

/** What happens to a kept child. Times are monotonic ms. */
export type KeptEvent =
  | { readonly type: 'start' }
  | { readonly type: 'confirmed'; readonly at: number }
  | { readonly type: 'absent'; readonly reason: string }
  | { readonly type: 'refused'; readonly reason: string }
  | { readonly type: 'exit'; readonly reason: string; readonly at: number }
  | { readonly type: 'stop' };

/** The only place where a kept child's state changes. An event that does not fit the state changes nothing. */
export function nextKeptState(state: KeptState, event: KeptEvent): KeptState {
  switch (event.type) {
    case 'stop':
      return { at: 'stopped' };
    case 'start':
      if (state.at === 'stopped') return { at: 'starting', deaths: 0 };
      return state.at === 'waiting' ? { at: 'starting', deaths: state.deaths } : state;
    case 'confirmed':
      return state.at === 'starting' ? { at: 'running', deaths: state.deaths, since: event.at } : state;
    case 'absent':
      return state.at === 'starting' || state.at === 'running'
        ? { at: 'absent', reason: event.reason }
        : state;
    case 'refused':
      return state.at === 'starting' ? refused(state.deaths, event.reason) : state;
    case 'exit':
      if (state.at === 'starting') return refused(state.deaths, event.reason);
      return state.at === 'running' ? died(state, event) : state;
  }
}

function refused(deaths: number, reason: string): KeptState {
  return { at: 'waiting', deaths, why: 'refused', reason, delayMs: LONGEST_DELAY_MS };
}

function died(
  state: Extract<KeptState, { at: 'running' }>,
  event: Extract<KeptEvent, { type: 'exit' }>,
): KeptState {
  const deaths = event.at - state.since >= HEALTHY_MS ? 1 : state.deaths + 1;
  const delayMs = Math.min(FIRST_DELAY_MS * 2 ** (deaths - 1), LONGEST_DELAY_MS);
  return { at: 'waiting', deaths, why: 'died', reason: event.reason, delayMs };
}
