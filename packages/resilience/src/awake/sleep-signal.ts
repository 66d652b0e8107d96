import { boundToUs } from './bound-command.ts';
import type { Command } from './spawn.ts';

const NAME = 'org.freedesktop.login1';
const PATH = '/org/freedesktop/login1';

/** A program that shows the signals of logind. */
export interface SleepListener {
  readonly name: 'gdbus' | 'dbus-monitor';
  readonly command: Command;
  /** The line from which on no signal is missed. */
  readonly isReady: (line: string) => boolean;
  /** A reader of its lines: true = about to sleep, false = woken up, null = something else. */
  readonly reader: () => (line: string) => boolean | null;
}

/** The listeners, best first. Both are bound to our life. */
export const sleepListeners: readonly SleepListener[] = [
  {
    name: 'gdbus',
    command: english('gdbus', ['monitor', '--system', '--dest', NAME, '--object-path', PATH]),
    isReady: (line) => line.startsWith(`The name ${NAME} is owned by`),
    reader: () => (line) => {
      const value = /login1\.Manager\.PrepareForSleep \((true|false),\)/.exec(line)?.[1];
      return value === undefined ? null : value === 'true';
    },
  },
  {
    name: 'dbus-monitor',
    command: english('dbus-monitor', [
      '--system',
      `type='signal',sender='${NAME}',path='${PATH}',interface='${NAME}.Manager',member='PrepareForSleep'`,
    ]),
    isReady: (line) => line.startsWith('signal '),
    reader: readTwoLines,
  },
];

function english(program: string, args: readonly string[]): Command {
  return boundToUs({ program, args, env: { LC_ALL: 'C' } });
}

/** dbus-monitor shows a signal and, on the next line, its argument. */
function readTwoLines(): (line: string) => boolean | null {
  let isSignal = false;
  return (line) => {
    const value = isSignal ? /^\s+boolean (true|false)/.exec(line)?.[1] : undefined;
    isSignal = line.startsWith('signal ') && line.includes('member=PrepareForSleep');
    return value === undefined ? null : value === 'true';
  };
}
