import type { Random } from '@holdfast/resilience/clock';
import { PRIVATE_EXIT, type RestartReason } from '../model/engine-message.ts';

/** What is remembered of earlier exits. */
export interface History {
  /** Exits since the last healthy period or cooldown. */
  readonly failures: number;
  /** When engines exited in the last minute, monotonic ms. */
  readonly recent: readonly number[];
  /** Cooldowns since the last healthy period. */
  readonly cooldowns: number;
  /** Starts that found the store's lock held, in a row. */
  readonly lockedOut: number;
}

/** Where the supervisor stands. Only the transition function below makes a new one. */
export type Supervision =
  | { readonly mode: 'up'; readonly since: number; readonly history: History; readonly starts: number }
  | {
      readonly mode: 'delayed';
      readonly delayMs: number;
      readonly reason: RestartReason;
      readonly history: History;
      readonly starts: number;
    }
  | {
      readonly mode: 'cooling-down';
      readonly delayMs: number;
      readonly reason: RestartReason;
      readonly history: History;
      readonly starts: number;
    }
  | { readonly mode: 'ended'; readonly exitCode: number };

/** How an engine ended. */
export interface EngineExit {
  readonly code: number | null;
  readonly signal: string | null;
  /** It gave heartbeats until the end. */
  readonly beating: boolean;
  /** We killed it because it gave none. */
  readonly killedByWatchdog: boolean;
  /** The public exit code it announced, if it did. */
  readonly announced: number | null;
}

/** What can happen to a supervisor. Instants are monotonic ms. */
export type SupervisionInput =
  | { readonly type: 'exited'; readonly at: number; readonly exit: EngineExit }
  /** The delay or cooldown is over. */
  | { readonly type: 'due'; readonly at: number }
  /** Nothing is to be started again. */
  | { readonly type: 'stopped'; readonly exitCode: number };

const PUBLIC = { ok: 0, unexpected: 1, locked: 75, configuration: 78 } as const;
const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const LONGEST_DELAY = 300 * SECOND;
const HEALTHY = 10 * MINUTE;
const WINDOW = MINUTE;
const EXITS_IN_WINDOW = 5;
const FIRST_COOLDOWN = 5 * MINUTE;
const LONGEST_COOLDOWN = 30 * MINUTE;
const LOCKED_OUT_LIMIT = 5;
const FRESH: History = { failures: 0, recent: [], cooldowns: 0, lockedOut: 0 };

/** The state at the first start. */
export function firstStart(at: number): Supervision {
  return { mode: 'up', since: at, history: FRESH, starts: 1 };
}

/**
 * What follows from an input. Restarts at once the first time, then after 1 s, doubled each time with jitter, up
 * to 300 s; ten healthy minutes reset it. Five exits in any 60 s lead to a cooldown of 5 minutes, growing to 30.
 * Never gives up, except on a wrong configuration and on a store that belongs to somebody else.
 */
export function transition(state: Supervision, input: SupervisionInput, random: Random): Supervision {
  if (state.mode === 'ended') return state;
  if (input.type === 'stopped') return { mode: 'ended', exitCode: input.exitCode };
  if (input.type === 'due') {
    return state.mode === 'up'
      ? state
      : { mode: 'up', since: input.at, history: state.history, starts: state.starts + 1 };
  }
  return state.mode === 'up' ? afterExit(state, input, random) : state;
}

type Up = Extract<Supervision, { mode: 'up' }>;
type Exited = Extract<SupervisionInput, { type: 'exited' }>;

function afterExit(state: Up, { at, exit }: Exited, random: Random): Supervision {
  const { code } = exit;
  if (code === PRIVATE_EXIT.done) return { mode: 'ended', exitCode: exit.announced ?? PUBLIC.ok };
  if (code === PRIVATE_EXIT.configuration) return { mode: 'ended', exitCode: PUBLIC.configuration };
  const locked = code === PRIVATE_EXIT.locked;
  // A store that was ours a moment ago is freed when the system has buried our engine; any other is not ours.
  if (locked && (state.starts === 1 || state.history.lockedOut + 1 >= LOCKED_OUT_LIMIT)) {
    return { mode: 'ended', exitCode: PUBLIC.locked };
  }
  const healthy = at - state.since >= HEALTHY && exit.beating;
  const before = healthy ? FRESH : state.history;
  const recent = [...before.recent.filter((each) => at - each < WINDOW), at];
  const history = {
    ...before,
    recent,
    failures: before.failures + 1,
    lockedOut: locked ? before.lockedOut + 1 : 0,
  };
  const next = { reason: reasonOf(exit), starts: state.starts };
  if (recent.length < EXITS_IN_WINDOW)
    return { mode: 'delayed', delayMs: delayFor(history.failures, random), history, ...next };
  const delayMs = Math.min(LONGEST_COOLDOWN, FIRST_COOLDOWN * 2 ** history.cooldowns);
  return { mode: 'cooling-down', delayMs, history: { ...FRESH, cooldowns: history.cooldowns + 1 }, ...next };
}

/** 0, then 1 s, 2 s, 4 s … up to the longest, each between half of it and the whole. */
function delayFor(failures: number, random: Random): number {
  if (failures <= 1) return 0;
  const full = Math.min(LONGEST_DELAY, SECOND * 2 ** (failures - 2));
  return full / 2 + (full / 2) * random.next();
}

/** V8 aborts when its heap is full: SIGABRT, or 134 where a shell or the system turned it into a code. */
function reasonOf({ signal, code, killedByWatchdog }: EngineExit): RestartReason {
  if (killedByWatchdog) return 'watchdog';
  return signal === 'SIGABRT' || code === 134 ? 'oom' : 'crash';
}
