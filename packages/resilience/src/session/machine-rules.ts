import { formatDuration } from '../clock/duration.ts';
import { briefly, describeLoss } from './loss.ts';
import type { Loss } from './loss.ts';
import type { Course, Failed, Instant, Machine, MachineRules, Memory, Transition } from './machine-types.ts';

/** A circuit stays open at most so many times as long as at first. */
const LONGEST_CIRCUIT = 32;

/** The making of the next generation. */
export function course(memory: Memory, attempt: number, loss: Loss | null): Course {
  return {
    kind: 'course',
    generation: memory.generation + 1,
    attempt,
    loss,
    step: { name: 'trying' },
    trial: false,
  };
}

/** Forgets failures once a generation has lived long enough. */
export function calm(memory: Memory, now: Instant, rules: MachineRules): Memory {
  const stable = memory.generation > 0 && now.boot - memory.publishedAt >= rules.stableAfterMs;
  return stable ? { ...memory, failures: 0, circuits: 0 } : memory;
}

/** Notes that a recovery begins, and forgets those that the budget no longer looks at. */
export function noteRecovery(memory: Memory, now: Instant, rules: MachineRules): Memory {
  if (memory.generation === 0) return memory;
  return { ...memory, recoveries: [...recent(memory, now, rules), now.boot] };
}

function recent(memory: Memory, now: Instant, rules: MachineRules): readonly number[] {
  return memory.recoveries.filter((at) => now.boot - at < rules.budget.perMs);
}

/** A published generation is lost: recover, unless there were too many recoveries lately. */
export function lost(machine: Machine, loss: Loss, now: Instant, rules: MachineRules): Transition {
  if (loss.generation !== machine.memory.generation) return { machine, effects: [] };
  const memory = calm(machine.memory, now, rules);
  const { max, perMs } = rules.budget;
  if (recent(memory, now, rules).length >= max) {
    const reason = `the budget of recoveries (${String(max)} in ${formatDuration(perMs)}) is spent, and it was lost again: ${describeLoss(loss)}.`;
    const open = circuit(
      { ...machine, memory },
      { reason, cause: loss.error, attempt: 0, loss, leastMs: 0 },
      now,
      rules,
    );
    return { ...open, effects: [{ type: 'lose', loss, replaced: false }, ...open.effects] };
  }
  const next = course(memory, 1, loss);
  return {
    machine: { mode: next, memory: noteRecovery(memory, now, rules) },
    effects: [
      { type: 'lose', loss, replaced: true },
      { type: 'try', course: next },
    ],
  };
}

/** A try failed: wait and try again, or open the circuit. */
export function tryFailed(
  machine: Machine,
  mode: Course,
  failed: Failed,
  now: Instant,
  rules: MachineRules,
): Transition {
  const { verdict, error, delayMs, refusedUntil } = failed;
  const failures = machine.memory.failures + (refusedUntil === undefined ? 1 : 0);
  const next: Machine = { ...machine, memory: { ...machine.memory, failures } };
  const hopeless = verdict.category === 'permanent' || verdict.category === 'defect';
  if (hopeless || refusedUntil !== undefined || mode.trial || failures >= rules.attempts) {
    const leastMs = Math.max(verdict.retryAfterMs ?? 0, (refusedUntil ?? now.wall) - now.wall);
    const reason = reasonOf(failed, hopeless, failures);
    return circuit(
      next,
      { reason, cause: error, attempt: mode.attempt, loss: mode.loss, leastMs },
      now,
      rules,
    );
  }
  const due = { wall: now.wall + delayMs, boot: now.boot + delayMs };
  return {
    machine: { ...next, mode: { ...mode, step: { name: 'waiting', due } } },
    effects: [{ type: 'wait', ms: delayMs, attempt: mode.attempt, verdict }],
  };
}

function reasonOf(failed: Failed, hopeless: boolean, failures: number): string {
  const text = briefly(failed.error);
  if (failed.refusedUntil !== undefined) return `${text}.`;
  if (hopeless) return `another try cannot help: ${text}.`;
  return `${String(failures)} tries in a row failed, the last with: ${text}.`;
}

interface CircuitDetails {
  readonly reason: string;
  readonly cause: unknown;
  readonly attempt: number;
  readonly loss: Loss | null;
  /** Somebody asked to wait at least so long. */
  readonly leastMs: number;
}

function circuit(machine: Machine, details: CircuitDetails, now: Instant, rules: MachineRules): Transition {
  const { memory } = machine;
  const { reason, cause, attempt, loss, leastMs } = details;
  const factor = Math.min(2 ** memory.circuits, LONGEST_CIRCUIT);
  const ms = Math.max(rules.circuitOpenMs * factor, leastMs);
  return {
    machine: {
      mode: {
        kind: 'open-circuit',
        reason,
        cause,
        attempt,
        loss,
        retry: { wall: now.wall + ms, boot: now.boot + ms },
      },
      memory: { ...memory, circuits: memory.circuits + 1 },
    },
    effects: [{ type: 'shut' }],
  };
}
