/** Where the machine stands, as logind tells. */
export type SleepState =
  | { readonly at: 'awake' }
  /** About to sleep: the flush runs, the delay lock is held. */
  | { readonly at: 'flushing'; readonly since: SleepMoment }
  /** It woke, or stayed awake after all, before the flush was done. */
  | { readonly at: 'flushing-awake'; readonly since: SleepMoment }
  /** The lock is released; the machine sleeps, or is about to. */
  | { readonly at: 'asleep'; readonly since: SleepMoment }
  | { readonly at: 'stopped' };

/** Two clocks at one moment, in ms: their difference counts the time asleep, exactly on Linux. */
export interface SleepMoment {
  readonly boot: number;
  readonly monotonic: number;
}

/** What the watch over sleep is told. */
export type SleepEvent =
  | { readonly type: 'sleep'; readonly moment: SleepMoment }
  | { readonly type: 'wake' }
  | { readonly type: 'flushed' }
  | { readonly type: 'stop' };

/** The only place where the state of sleep changes. A repeated signal changes nothing. */
export function nextSleepState(state: SleepState, event: SleepEvent): SleepState {
  if (event.type === 'stop' || state.at === 'stopped') return { at: 'stopped' };
  switch (event.type) {
    case 'sleep':
      if (state.at === 'awake') return { at: 'flushing', since: event.moment };
      return state.at === 'flushing-awake' ? { at: 'flushing', since: state.since } : state;
    case 'wake':
      if (state.at === 'flushing') return { at: 'flushing-awake', since: state.since };
      return state.at === 'asleep' ? { at: 'awake' } : state;
    case 'flushed':
      if (state.at === 'flushing') return { at: 'asleep', since: state.since };
      return state.at === 'flushing-awake' ? { at: 'awake' } : state;
  }
}
