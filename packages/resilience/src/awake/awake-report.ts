import type { Ladder } from './ladder.ts';
import type { LogindLock } from './lock-method.ts';
import type { Lock, LockProof } from './lock.ts';
import type { PowerSource } from './power-source.ts';

/** A lock that is held at this moment. */
export interface HeldLock {
  readonly what: LogindLock;
  /** The program behind it. */
  readonly method: string;
  readonly proof: LockProof;
  /** How often in a row its holder died and it was taken again. */
  readonly retaken: number;
}

/** A lock that is asked for and not held. */
export interface MissingLock {
  readonly what: LogindLock;
  readonly method: string;
  readonly reason: string;
  /** Whether it is asked for again, after a delay that grows. */
  readonly triedAgain: boolean;
}

/** What was really acquired, at this moment. */
export interface AwakeReport {
  /**
   * Whether the machine is kept from falling asleep *by itself*: `partly` when a needed lock is missing or unproved,
   * `not` also when nobody asks for it or it runs on battery.
   */
  readonly level: 'prevented' | 'partly' | 'not';
  /** The same for a person, with the reason. */
  readonly summary: string;
  /** Why the machine is to stay awake; empty when nobody asks. */
  readonly reasons: readonly string[];
  /** Null = unknown, or not looked at because it does not matter. */
  readonly power: PowerSource | null;
  readonly held: readonly HeldLock[];
  readonly missing: readonly MissingLock[];
  /** What stays possible even when the level is `prevented`, in sentences. */
  readonly limits: readonly string[];
}

/** What a report is made of. */
export interface AwakeFacts {
  readonly reasons: readonly string[];
  readonly power: PowerSource | null;
  readonly isPaused: boolean;
  readonly ladder: Ladder | null;
  readonly locks: readonly Lock[];
}

/** The report on the locks as they stand. */
export function awakeReport(facts: AwakeFacts): AwakeReport {
  const { reasons, power, ladder, locks } = facts;
  const held = locks.flatMap(heldLock);
  const missing = locks.flatMap(missingLock);
  const sure = new Set(held.filter(({ proof }) => proof !== 'unproved').map(({ what }) => what));
  const isComplete = ladder !== null && ladder.needed.every((what) => sure.has(what));
  const level = held.length === 0 ? 'not' : isComplete ? 'prevented' : 'partly';
  const limits = ladder?.limits ?? [];
  return {
    level,
    summary: summary(level, facts, held, missing),
    reasons,
    power,
    held,
    missing,
    limits,
  };
}

function heldLock({ method, state, proof }: Lock): HeldLock[] {
  if (state.at !== 'running') return [];
  return [{ what: method.what, method: method.name, proof, retaken: state.deaths }];
}

function missingLock({ method, state }: Lock): MissingLock[] {
  const lock = { what: method.what, method: method.name };
  switch (state.at) {
    case 'waiting':
      return [{ ...lock, reason: state.reason, triedAgain: true }];
    case 'absent':
      return [{ ...lock, reason: state.reason, triedAgain: false }];
    case 'starting':
      return [{ ...lock, reason: 'it is being asked for', triedAgain: true }];
    case 'running':
    case 'stopped':
      return [];
  }
}

function summary(
  level: AwakeReport['level'],
  facts: AwakeFacts,
  held: readonly HeldLock[],
  missing: readonly MissingLock[],
): string {
  if (facts.reasons.length === 0) return 'Nobody asks to keep the machine awake.';
  if (facts.isPaused) return 'The machine runs on battery, so it may fall asleep.';
  const locks = held.map(({ what, method }) => `${what} by ${method}`).join(', ');
  const lacking = byReason(missing);
  if (level === 'prevented') return `The machine is kept from falling asleep by itself (${locks}).`;
  if (level === 'partly') {
    const why = lacking === '' ? 'the system could not be asked whether the lock is held' : lacking;
    return `The machine may still fall asleep: held is ${locks}; ${why}.`;
  }
  const why = lacking === '' ? (facts.ladder?.limits[0] ?? 'the locks are being asked for') : lacking;
  return `The machine is not kept awake: ${why}.`;
}

/** "sleep, idle: access denied; …": one cause is said once. */
function byReason(missing: readonly MissingLock[]): string {
  const reasons = [...new Set(missing.map(({ reason }) => reason))];
  const locks = (reason: string): string =>
    missing
      .filter((each) => each.reason === reason)
      .map(({ what }) => what)
      .join(', ');
  return reasons.map((reason) => `${locks(reason)}: ${reason}`).join('; ');
}
