import type { Random } from '@holdfast/resilience/clock';
import { PRIVATE_EXIT, type RestartReason } from '../model/engine-message.ts';

/** What is remembered of earlier exits. */
export interface History {
  /** Exits since the last healthy period or cooldown. */
  readonly failures: number;
  /** When children exited in the last minute, monotonic ms. */
  readonly recent: readonly number[];
  /** Cooldowns since the last healthy period. */
  readonly cooldowns: number;
  /** Starts that found the store's lock held, in a row. */
  readonly lockedOut: number;
  /** It was ready at least once: what it is given can be worked with. */
  readonly proven: boolean;
}

/** What every mode but the last one remembers. */
interface Memory {
  readonly history: History;
  readonly starts: number;
}

/** What follows once a child that was asked to end has ended. */
export type AfterStop =
  | { readonly type: 'restart'; readonly reason: RestartReason }
  | { readonly type: 'end'; readonly exitCode: number };

/** Where the supervision of a child stands. Only the transition function below makes a new one. */
export type Supervision =
  | ({ readonly mode: 'up'; readonly since: number } & Memory)
  | ({ readonly mode: 'stopping'; readonly since: number; readonly next: AfterStop } & Memory)
  | ({ readonly mode: 'delayed'; readonly delayMs: number; readonly reason: RestartReason } & Memory)
  | ({ readonly mode: 'cooling-down'; readonly delayMs: number; readonly reason: RestartReason } & Memory)
  | { readonly mode: 'ended'; readonly exitCode: number };

/** How a child ended. */
export interface Exit {
  readonly code: number | null;
  readonly signal: string | null;
  /** It gave heartbeats until the end. */
  readonly beating: boolean;
  /** We killed it because it gave none. */
  readonly killedByWatchdog: boolean;
  /** The public exit code it announced, if it did. */
  readonly announced: number | null;
}

/** What can happen to a child. Instants are monotonic ms. */
export type SupervisionInput =
  | { readonly type: 'exited'; readonly at: number; readonly exit: Exit }
  /** The delay or cooldown is over. */
  | { readonly type: 'due'; readonly at: number }
  /** It does its work. */
  | { readonly type: 'ready' }
  /** It is to end and to be started anew; a wait for the next start is cut short. */
  | { readonly type: 'recycle'; readonly reason: RestartReason }
  /** It is to end for good. */
  | { readonly type: 'stop'; readonly exitCode: number };

/** The times that the policy goes by, ms. */
export interface RestartTimes {
  readonly firstDelayMs: number;
  readonly delayMs: number;
  readonly longestDelayMs: number;
  readonly healthyMs: number;
  readonly windowMs: number;
  readonly exitsInWindow: number;
  readonly cooldownMs: number;
  readonly longestCooldownMs: number;
}

/** What a child is to its supervisor. */
export interface RestartRules {
  /** Its announced end ends the run, as does what cannot become better by itself. An auxiliary never ends it. */
  readonly main: boolean;
  /** Wait rather than end, once it was ready, when it is refused its configuration or its store. */
  readonly patient: boolean;
  /** False: its first failure ends the run, for whoever starts the run anew. */
  readonly restart: boolean;
  readonly times: RestartTimes;
}

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

/** At once, then growing delays; a cooldown after 5 exits in any minute; forgiven after 10 healthy minutes. */
export const RESTART_TIMES: RestartTimes = {
  firstDelayMs: 0,
  delayMs: SECOND,
  longestDelayMs: 300 * SECOND,
  healthyMs: 10 * MINUTE,
  windowMs: MINUTE,
  exitsInWindow: 5,
  cooldownMs: 5 * MINUTE,
  longestCooldownMs: 30 * MINUTE,
};

const PUBLIC = { ok: 0, unexpected: 1, integrity: 5, locked: 75, configuration: 78 } as const;
const LOCKED_OUT_LIMIT = 5;
const FRESH: History = { failures: 0, recent: [], cooldowns: 0, lockedOut: 0, proven: false };

/** The state at the first start. */
export function firstStart(at: number): Supervision {
  return { mode: 'up', since: at, history: FRESH, starts: 1 };
}

/** The state of a child whose predecessor was in a cooldown when its supervisor died. */
export function firstCooldown(delayMs: number, reason: RestartReason): Supervision {
  return { mode: 'cooling-down', delayMs, reason, history: { ...FRESH, cooldowns: 1 }, starts: 0 };
}

/**
 * What follows from an input. Restarts at once the first time, then after 1 s, doubled each time with jitter, up
 * to 300 s; ten healthy minutes reset it. Five exits in any 60 s lead to a cooldown of 5 minutes, growing to 30.
 * Never gives up, except on a wrong configuration and on a store that belongs to somebody else, and then only
 * before the child was ready once or where somebody stands by to read of it; and on a damaged store where somebody does.
 */
export function transition(
  state: Supervision,
  input: SupervisionInput,
  random: Random,
  rules: RestartRules,
): Supervision {
  if (state.mode === 'ended') return state;
  switch (input.type) {
    case 'ready':
      return { ...state, history: { ...state.history, proven: true } };
    case 'due':
      return state.mode === 'delayed' || state.mode === 'cooling-down'
        ? { mode: 'up', since: input.at, history: state.history, starts: state.starts + 1 }
        : state;
    case 'stop':
      return state.mode === 'up' || state.mode === 'stopping'
        ? { ...stopping(state), next: { type: 'end', exitCode: input.exitCode } }
        : { mode: 'ended', exitCode: input.exitCode };
    case 'recycle':
      return afterRecycle(state, input.reason);
    case 'exited':
      if (state.mode === 'up') return afterExit(state, input, random, rules);
      return state.mode === 'stopping' ? afterStop(state, input, random, rules) : state;
  }
}

type Up = Extract<Supervision, { mode: 'up' }>;
type Stopping = Extract<Supervision, { mode: 'stopping' }>;
type Exited = Extract<SupervisionInput, { type: 'exited' }>;

function stopping({ since, history, starts }: Up | Stopping): Omit<Stopping, 'next'> {
  return { mode: 'stopping', since, history, starts };
}

function afterRecycle(state: Exclude<Supervision, { mode: 'ended' }>, reason: RestartReason): Supervision {
  if (state.mode === 'up') return { ...stopping(state), next: { type: 'restart', reason } };
  if (state.mode === 'stopping') return state;
  const { starts, history } = state;
  return { mode: 'delayed', delayMs: 0, reason, starts, history: { ...FRESH, proven: history.proven } };
}

/** A person's wish is no failure; a child that has to be ended for its memory again and again is one. */
function afterStop(state: Stopping, input: Exited, random: Random, rules: RestartRules): Supervision {
  const { next, history, starts } = state;
  if (next.type === 'end') return { mode: 'ended', exitCode: next.exitCode };
  if (next.reason === 'oom') {
    if (rules.main && !rules.restart) return { mode: 'ended', exitCode: PUBLIC.unexpected };
    return afterFailure(state, { ...input, reason: 'oom', locked: false }, random, rules);
  }
  return { mode: 'delayed', delayMs: 0, reason: next.reason, history, starts };
}

function afterExit(state: Up, input: Exited, random: Random, rules: RestartRules): Supervision {
  const { code, announced } = input.exit;
  const reason = reasonOf(input.exit);
  const locked = code === PRIVATE_EXIT.locked;
  const waits = rules.patient && state.history.proven;
  if (rules.main && code === PRIVATE_EXIT.done) return { mode: 'ended', exitCode: announced ?? PUBLIC.ok };
  if (code === PRIVATE_EXIT.configuration) {
    if (rules.main && !waits) return { mode: 'ended', exitCode: PUBLIC.configuration };
    return coolDown(state, rules.times.cooldownMs, reason);
  }
  // Damage does not heal by starting anew: who stands by is told; where nobody does, the page stays up to tell of it.
  if (code === PRIVATE_EXIT.damaged && rules.main) {
    if (!rules.patient || !rules.restart) return { mode: 'ended', exitCode: PUBLIC.integrity };
    return coolDown(state, rules.times.cooldownMs, reason);
  }
  // A store that was ours a moment ago is freed when the system has buried our engine; any other is not ours.
  const foreign = state.starts <= 1 || state.history.lockedOut + 1 >= LOCKED_OUT_LIMIT;
  if (locked && rules.main && (foreign || !rules.restart)) {
    if (!waits) return { mode: 'ended', exitCode: PUBLIC.locked };
    return coolDown(state, rules.times.cooldownMs, reason);
  }
  if (rules.main && !rules.restart) return { mode: 'ended', exitCode: PUBLIC.unexpected };
  return afterFailure(state, { ...input, reason, locked }, random, rules);
}

/** Waits for a person's hand: what would make it better does not happen by itself. */
function coolDown({ history, starts }: Up, delayMs: number, reason: RestartReason): Supervision {
  return { mode: 'cooling-down', delayMs, reason, history: { ...FRESH, proven: history.proven }, starts };
}

interface Failure extends Exited {
  readonly reason: RestartReason;
  readonly locked: boolean;
}

function afterFailure(
  state: Up | Stopping,
  { at, exit, reason, locked }: Failure,
  random: Random,
  { times }: RestartRules,
): Supervision {
  const { proven } = state.history;
  const healthy = at - state.since >= times.healthyMs && exit.beating;
  const before = healthy ? { ...FRESH, proven } : state.history;
  const recent = [...before.recent.filter((each) => at - each < times.windowMs), at];
  const history = {
    ...before,
    recent,
    failures: before.failures + 1,
    lockedOut: locked ? before.lockedOut + 1 : 0,
  };
  const next = { reason, starts: state.starts };
  if (recent.length < times.exitsInWindow)
    return { mode: 'delayed', delayMs: delayFor(history.failures, random, times), history, ...next };
  const delayMs = Math.min(times.longestCooldownMs, times.cooldownMs * 2 ** history.cooldowns);
  const cooled = { ...FRESH, proven, cooldowns: history.cooldowns + 1 };
  return { mode: 'cooling-down', delayMs, history: cooled, ...next };
}

/** 0, then 1 s, 2 s, 4 s … up to the longest, each between half of it and the whole. */
function delayFor(failures: number, random: Random, times: RestartTimes): number {
  if (failures <= 1) return times.firstDelayMs;
  const full = Math.min(times.longestDelayMs, times.delayMs * 2 ** (failures - 2));
  return full / 2 + (full / 2) * random.next();
}

/** V8 aborts when its heap is full: SIGABRT, or 134 where a shell or the system turned it into a code. */
function reasonOf({ signal, code, killedByWatchdog }: Exit): RestartReason {
  if (killedByWatchdog) return 'watchdog';
  return signal === 'SIGABRT' || code === 134 ? 'oom' : 'crash';
}
