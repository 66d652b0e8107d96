import type { Clock } from '../clock/clock.ts';
import type { Machine } from './machine.ts';
import type { Command } from './spawn.ts';

/** The locks of logind that concern sleep; elsewhere `idle` is the only one. */
export type LogindLock = 'sleep' | 'idle' | 'handle-lid-switch';

/** One way to take one lock, as a child that holds it while it lives. */
export interface LockMethod {
  readonly what: LogindLock;
  /** The program behind it. */
  readonly name: string;
  /** @param mark tells this lock from all others, where the system lists reasons. */
  command(reason: string, mark: string): Command;
  /** Written to the child's standard input at its start. */
  readonly greeting?: string;
  /** The child's own word that it holds the lock. Without it only the system's list can tell. */
  readonly isReady?: (line: string) => boolean;
  /** Whether the system lists the lock; null when it cannot be asked. */
  isListed(
    machine: Machine,
    clock: Clock,
    lock: { readonly mark: string; readonly pid: number | undefined },
  ): Promise<boolean | null>;
  /** The child does not read its standard input and is ended by force. */
  readonly ignoresEnd: boolean;
}
