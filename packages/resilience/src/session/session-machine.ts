import type { Verdict } from '../classify/verdict.ts';
import type { Loss } from './loss.ts';
import { calm, course, lost, noteRecovery, tryFailed } from './machine-rules.ts';
import type { HumanRequest } from './needs-human-error.ts';

/** The two clocks that the machine reasons with: wall time to show, boot time to measure. In ms. */
export interface Instant {
  readonly wall: number;
  readonly boot: number;
}

/** Where one try, or the wait before the next one, stands. */
export type Step =
  | { readonly name: 'trying' }
  | { readonly name: 'waiting'; readonly due: Instant }
  /** A recycled resource waits until its leases are back. */
  | { readonly name: 'retiring' };

/** The making of a generation: the first (opening) or a later one (recovering). */
export interface Course {
  readonly kind: 'course';
  /** The one that is being made. */
  readonly generation: number;
  readonly attempt: number;
  readonly loss: Loss | null;
  readonly step: Step;
  /** The one try after an open circuit: when it fails, the circuit opens again. */
  readonly trial: boolean;
}

/** What the session does at the moment. */
export type Mode =
  | { readonly kind: 'idle' }
  | Course
  | { readonly kind: 'ready'; readonly generation: number; readonly since: number }
  | {
      readonly kind: 'suspect';
      readonly generation: number;
      readonly since: number;
      readonly why: string;
      /** What settles it: an answer to a probe, or a login. */
      readonly by: 'probe' | 'login';
      readonly due?: Instant;
    }
  | {
      readonly kind: 'needs-human';
      readonly request: HumanRequest;
      readonly since: number;
      /** What goes on afterwards. */
      readonly then: Course | { readonly kind: 'login'; readonly generation: number; readonly since: number };
    }
  | {
      readonly kind: 'open-circuit';
      readonly reason: string;
      readonly cause: unknown;
      readonly retry: Instant;
      readonly attempt: number;
      readonly loss: Loss | null;
    }
  | { readonly kind: 'draining' }
  | { readonly kind: 'closed' };

/** What is remembered from one mode to the next. */
export interface Memory {
  /** The last published generation; 0 before the first. */
  readonly generation: number;
  readonly publishedAt: number;
  /** Tries and logins that failed since a generation was stable. */
  readonly failures: number;
  /** Open circuits since a generation was stable. */
  readonly circuits: number;
  /** Boot times at which recoveries began, within the time of the budget. */
  readonly recoveries: readonly number[];
}

/** The whole machine. */
export interface Machine {
  readonly mode: Mode;
  readonly memory: Memory;
}

/** Figures that transitions depend on. */
export interface MachineRules {
  readonly attempts: number;
  readonly budget: { readonly max: number; readonly perMs: number };
  readonly stableAfterMs: number;
  readonly circuitOpenMs: number;
}

/** A try or a login that failed. */
export interface Failed {
  readonly verdict: Verdict;
  readonly error: unknown;
  /** Wait before the next one, if there is one. */
  readonly delayMs: number;
  /** Set when our own budget of logins refused it, so that nothing was tried. */
  readonly refusedUntil?: number;
}

/** What happens to a session. */
export type Input =
  | { readonly type: 'wanted' }
  | { readonly type: 'published'; readonly generation: number }
  | { readonly type: 'try-failed'; readonly failed: Failed }
  | { readonly type: 'due' }
  | { readonly type: 'woke' }
  | { readonly type: 'lost'; readonly loss: Loss }
  | { readonly type: 'doubted'; readonly generation: number; readonly why: string }
  | { readonly type: 'answered'; readonly generation: number }
  | { readonly type: 'login-expired'; readonly generation: number; readonly reason: string }
  | { readonly type: 'logged-in'; readonly generation: number }
  | { readonly type: 'login-failed'; readonly generation: number; readonly failed: Failed }
  | { readonly type: 'human-needed'; readonly request: HumanRequest }
  | { readonly type: 'resumed' }
  | { readonly type: 'recycle'; readonly reason: string }
  | { readonly type: 'retired' }
  | { readonly type: 'drain' }
  | { readonly type: 'closed' };

/** What has to be done because of an input. */
export type Effect =
  | { readonly type: 'try'; readonly course: Course }
  | { readonly type: 'wait'; readonly ms: number }
  | { readonly type: 'publish'; readonly generation: number }
  | { readonly type: 'probe'; readonly why: string }
  | { readonly type: 'login'; readonly reason: string; readonly check: boolean }
  /** Count the loss and end the leases. `replaced`: a try follows, which may reattach; else close it now. */
  | { readonly type: 'lose'; readonly loss: Loss; readonly replaced: boolean }
  | { readonly type: 'retire'; readonly reason: string }
  /** Out of service: end the leases and close what is open. */
  | { readonly type: 'shut' }
  /** Drain. `snapshot`: the resource is known to be well. */
  | { readonly type: 'finish'; readonly snapshot: boolean };

/** A transition: the machine afterwards and what to do, in order. */
export interface Transition {
  readonly machine: Machine;
  readonly effects: readonly Effect[];
}

/** The machine of a session that was just made. */
export const NEW_MACHINE: Machine = {
  mode: { kind: 'idle' },
  memory: { generation: 0, publishedAt: 0, failures: 0, circuits: 0, recoveries: [] },
};

/**
 * The one transition function. Inputs that do not fit the mode change nothing: a loss of an earlier generation, an
 * answer that nobody waits for, a request of something that is under way.
 */
export function transition(machine: Machine, input: Input, now: Instant, rules: MachineRules): Transition {
  switch (machine.mode.kind) {
    case 'idle':
      return fromIdle(machine, input);
    case 'course':
      return fromCourse(machine, machine.mode, input, now, rules);
    case 'ready':
      return fromReady(machine, machine.mode, input, now, rules);
    case 'suspect':
      return fromSuspect(machine, machine.mode, input, now, rules);
    case 'needs-human':
      return fromHuman(machine, machine.mode, input);
    case 'open-circuit':
      return fromCircuit(machine, machine.mode, input, now, rules);
    case 'draining':
      return fromDraining(machine, input);
    case 'closed':
      return stay(machine);
  }
}

type In<K extends Mode['kind']> = Extract<Mode, { readonly kind: K }>;

const stay = (machine: Machine): Transition => ({ machine, effects: [] });

function go(machine: Machine, mode: Mode, ...effects: readonly Effect[]): Transition {
  return { machine: { ...machine, mode }, effects };
}

function drained(machine: Machine): Transition {
  return go(machine, { kind: 'draining' }, { type: 'finish', snapshot: machine.mode.kind === 'ready' });
}

function tries(machine: Machine, next: Course): Transition {
  return go(machine, next, { type: 'try', course: next });
}

function fromIdle(machine: Machine, input: Input): Transition {
  if (input.type === 'wanted') return tries(machine, course(machine.memory, 1, null));
  return input.type === 'drain' ? drained(machine) : stay(machine);
}

function fromCourse(
  machine: Machine,
  mode: Course,
  input: Input,
  now: Instant,
  rules: MachineRules,
): Transition {
  const { step } = mode;
  const trying: Course = { ...mode, attempt: mode.attempt + 1, step: { name: 'trying' } };
  if (input.type === 'drain') return drained(machine);
  switch (step.name) {
    case 'trying':
      if (input.type === 'published') return published(machine, input.generation, now);
      if (input.type === 'try-failed') return tryFailed(machine, mode, input.failed, now, rules);
      if (input.type !== 'human-needed') return stay(machine);
      return go(machine, { kind: 'needs-human', request: input.request, since: now.wall, then: mode });
    case 'waiting':
      if (input.type === 'due') return tries(machine, trying);
      return input.type === 'woke' && now.boot >= step.due.boot ? tries(machine, trying) : stay(machine);
    case 'retiring':
      if (input.type === 'retired') return tries(machine, trying);
      return input.type === 'lost' ? lost(machine, input.loss, now, rules) : stay(machine);
  }
}

function published(machine: Machine, generation: number, now: Instant): Transition {
  const memory: Memory = { ...machine.memory, generation, publishedAt: now.boot };
  const mode: Mode = { kind: 'ready', generation, since: now.wall };
  return { machine: { mode, memory }, effects: [{ type: 'publish', generation }] };
}

function fromReady(
  machine: Machine,
  mode: In<'ready'>,
  input: Input,
  now: Instant,
  rules: MachineRules,
): Transition {
  switch (input.type) {
    case 'lost':
      return lost(machine, input.loss, now, rules);
    case 'doubted':
      if (input.generation !== mode.generation) return stay(machine);
      return go(
        machine,
        { ...mode, kind: 'suspect', why: input.why, by: 'probe' },
        { type: 'probe', why: input.why },
      );
    case 'login-expired':
      return logsIn(machine, mode, input, now, rules);
    case 'recycle':
      return go(
        machine,
        { ...course(machine.memory, 0, null), step: { name: 'retiring' } },
        { type: 'retire', reason: input.reason },
      );
    case 'drain':
      return drained(machine);
    default:
      return stay(machine);
  }
}

function logsIn(
  machine: Machine,
  mode: In<'ready'> | In<'suspect'>,
  input: Extract<Input, { readonly type: 'login-expired' }>,
  now: Instant,
  rules: MachineRules,
): Transition {
  if (input.generation !== mode.generation) return stay(machine);
  const { generation, since } = mode;
  return {
    machine: {
      memory: calm(machine.memory, now, rules),
      mode: { kind: 'suspect', generation, since, why: input.reason, by: 'login' },
    },
    effects: [{ type: 'login', reason: input.reason, check: false }],
  };
}

function fromSuspect(
  machine: Machine,
  mode: In<'suspect'>,
  input: Input,
  now: Instant,
  rules: MachineRules,
): Transition {
  if (input.type === 'lost') return lost(machine, input.loss, now, rules);
  if (input.type === 'drain') return drained(machine);
  const { generation, since, why } = mode;
  const ready: Mode = { kind: 'ready', generation, since };
  if (mode.by === 'probe') {
    if (input.type === 'answered' && input.generation === generation) return go(machine, ready);
    return input.type === 'login-expired' ? logsIn(machine, mode, input, now, rules) : stay(machine);
  }
  switch (input.type) {
    case 'logged-in':
      return input.generation === generation ? go(machine, ready) : stay(machine);
    case 'login-failed':
      return input.generation === generation
        ? loginFailed(machine, mode, input.failed, now, rules)
        : stay(machine);
    case 'human-needed':
      return go(machine, {
        kind: 'needs-human',
        request: input.request,
        since: now.wall,
        then: { kind: 'login', generation, since },
      });
    case 'due':
    case 'woke':
      if (mode.due === undefined || (input.type === 'woke' && now.boot < mode.due.boot)) return stay(machine);
      return go(
        machine,
        { kind: 'suspect', generation, since, why, by: 'login' },
        { type: 'login', reason: why, check: true },
      );
    default:
      return stay(machine);
  }
}

/** A login on a living resource is repeated there; only an open circuit gives the resource up. */
function loginFailed(
  machine: Machine,
  mode: In<'suspect'>,
  failed: Failed,
  now: Instant,
  rules: MachineRules,
): Transition {
  const next = tryFailed(machine, course(machine.memory, 0, null), failed, now, rules);
  if (next.machine.mode.kind !== 'course') return next;
  const { step } = next.machine.mode;
  return go(next.machine, step.name === 'waiting' ? { ...mode, due: step.due } : mode, ...next.effects);
}

function fromHuman(machine: Machine, mode: In<'needs-human'>, input: Input): Transition {
  const { then } = mode;
  switch (input.type) {
    case 'resumed':
      if (then.kind === 'course') return tries(machine, then);
      return go(
        machine,
        { ...then, kind: 'suspect', why: 'a person has done what was asked', by: 'login' },
        { type: 'login', reason: 'a person has done what was asked', check: true },
      );
    case 'lost':
      if (then.kind === 'course' || input.loss.generation !== then.generation) return stay(machine);
      return go(
        machine,
        { ...mode, then: course(machine.memory, 1, input.loss) },
        { type: 'lose', loss: input.loss, replaced: false },
      );
    case 'drain':
      return drained(machine);
    default:
      return stay(machine);
  }
}

function fromCircuit(
  machine: Machine,
  mode: In<'open-circuit'>,
  input: Input,
  now: Instant,
  rules: MachineRules,
): Transition {
  if (input.type === 'drain') return drained(machine);
  const asked = input.type === 'resumed' || (input.type === 'wanted' && now.boot >= mode.retry.boot);
  if (!asked) return stay(machine);
  const next = { ...course(machine.memory, mode.attempt + 1, mode.loss), trial: true };
  return tries({ ...machine, memory: noteRecovery(machine.memory, now, rules) }, next);
}

function fromDraining(machine: Machine, input: Input): Transition {
  if (input.type === 'closed') return go(machine, { kind: 'closed' });
  if (input.type !== 'lost' || input.loss.generation !== machine.memory.generation) return stay(machine);
  return { machine, effects: [{ type: 'lose', loss: input.loss, replaced: false }] };
}
