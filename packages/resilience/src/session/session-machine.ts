import { calm, course, lost, noteRecovery, tryFailed } from './machine-rules.ts';
import type {
  Course,
  Effect,
  Failed,
  Input,
  Instant,
  Machine,
  MachineRules,
  Memory,
  Mode,
  Transition,
} from './machine-types.ts';

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
      return go(machine, { kind: 'needs-human', request: input.request, since: now.wall, next: mode });
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
        next: { kind: 'login', generation, since },
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
  const { next } = mode;
  switch (input.type) {
    case 'resumed':
      if (next.kind === 'course') return tries(machine, next);
      return go(
        machine,
        { ...next, kind: 'suspect', why: 'a person has done what was asked', by: 'login' },
        { type: 'login', reason: 'a person has done what was asked', check: true },
      );
    case 'lost':
      if (next.kind === 'course' || input.loss.generation !== next.generation) return stay(machine);
      return go(
        machine,
        { ...mode, next: course(machine.memory, 1, input.loss) },
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
