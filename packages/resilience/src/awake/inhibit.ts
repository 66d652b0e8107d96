import type { Clock } from '../clock/clock.ts';
import type { LockMethod, LogindLock } from './lock-method.ts';
import type { Machine } from './machine.ts';
import { runTool } from './run-tool.ts';

/** What is asked of logind. */
export interface InhibitOptions {
  readonly what: LogindLock;
  readonly mode: 'block' | 'delay';
  /** Who asks, in `systemd-inhibit --list`. */
  readonly who: string;
  /** From `neverAsks`. */
  readonly flags: readonly string[];
}

/** A wide table, so that no column is cut; English, so that it reads the same everywhere. */
const PLAIN = { COLUMNS: '1000', LC_ALL: 'C' };

/**
 * `--no-ask-password` where `systemd-inhibit` knows it (257 does, 252 does not). Without it nobody is asked either,
 * since our children have no terminal.
 */
export async function neverAsks(machine: Machine, clock: Clock): Promise<readonly string[]> {
  const { lines } = await runTool(machine, clock, {
    program: 'systemd-inhibit',
    args: ['--help'],
    env: PLAIN,
  });
  return lines.some((line) => line.includes('--no-ask-password')) ? ['--no-ask-password'] : [];
}

/**
 * A lock of logind, held by `cat` on a pipe of ours: it ends, and the lock with it, when we end the pipe or die, even
 * by SIGKILL. `cat` starts once the lock is taken, so its echo proves it. One lock holds one `what`, since a combined
 * list is checked wrongly by systemd 256 (#33834), and so that a part may be refused.
 */
export function inhibitMethod(options: InhibitOptions): LockMethod {
  const { what, mode, who, flags } = options;
  return {
    what,
    name: 'systemd-inhibit',
    command: (reason, mark) => ({
      program: 'systemd-inhibit',
      args: [...flags, `--what=${what}`, `--mode=${mode}`, `--who=${who}`, `--why=${reason} ${mark}`, 'cat'],
      env: PLAIN,
    }),
    greeting: 'held\n',
    isReady: (line) => line === 'held',
    isListed: async (machine, clock, { mark }) => {
      const args = ['--list', '--no-pager', '--no-legend'];
      const { exit, lines } = await runTool(machine, clock, {
        program: 'systemd-inhibit',
        args,
        env: PLAIN,
      });
      return exit.code === 0 ? lines.some((line) => line.includes(mark)) : null;
    },
    ignoresEnd: false,
  };
}
