import type { Command } from './spawn.ts';

/**
 * Ends the program when standard input ends, and itself when the program ends. Without it a program that only writes
 * would outlive us until its next line.
 */
const SCRIPT = [
  'exec 3<&0',
  '"$@" </dev/null 3<&- & program=$!',
  '{ cat <&3 >/dev/null; kill "$program" 2>/dev/null; } & watch=$!',
  'exec 3<&-',
  'wait "$program"; code=$?',
  'kill "$watch" 2>/dev/null',
  'exit "$code"',
].join('\n');

/** The same program, ended when our end of its standard input is gone, even by SIGKILL. For Linux and macOS. */
export function boundToUs(command: Command): Command {
  const args = ['-c', SCRIPT, 'sh', command.program, ...command.args];
  return { ...command, name: command.program, program: 'sh', args };
}
