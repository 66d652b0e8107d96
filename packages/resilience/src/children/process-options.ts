import type { ChildProcess, SpawnOptions } from 'node:child_process';
import { constants } from 'node:os';
import type { Clock } from '../clock/clock.ts';
import type { Duration } from '../clock/duration.ts';
import { parseDuration } from '../clock/duration.ts';
import { systemClock } from '../clock/system-clock.ts';
import { InvalidOptionError } from '../errors.ts';

/** A process as a child of a supervisor. */
export interface ProcessChildOptions {
  /** The program: a path, or a name that is looked for in PATH. No shell reads it. */
  readonly command: string;
  readonly args?: readonly string[];
  readonly options?: Pick<
    SpawnOptions,
    'argv0' | 'cwd' | 'env' | 'gid' | 'serialization' | 'uid' | 'windowsHide' | 'windowsVerbatimArguments'
  >;
  /** When it is up: once it runs (default), with its first message, or with a line of its standard output. */
  readonly ready?: 'spawn' | 'message' | { readonly stdout: string | RegExp };
  /**
   * How it is asked to end: by a signal (default), by the message `{ type: 'stop' }`, or by closing the channel, which
   * ends a Node process that has nothing else to do.
   */
  readonly stop?: 'signal' | 'message' | 'disconnect';
  /** Default SIGTERM; also for one that has closed the channel by which it is asked. On Windows every signal kills at once. */
  readonly stopSignal?: NodeJS.Signals;
  /** After so long, in time lived through, it is killed with all that it started; default 4 s. Keep it below `shutdownMs`. */
  readonly killAfterMs?: Duration;
  /** It is killed, and has failed, when so much time was lived through without a message; default never. */
  readonly heartbeat?: Duration;
  /** A channel for messages; default only where `ready`, `stop` or `heartbeat` needs one. */
  readonly ipc?: boolean;
  /**
   * `own` (default, not on Windows): it leads a group of its own. What it leaves when it crashes is found and killed,
   * and Ctrl-C in a terminal reaches the supervisor alone: let that stop the tree. `parent`: it stays in the group of
   * this process.
   */
  readonly group?: 'own' | 'parent';
  /** What becomes of its output; default `inherit`: it appears in that of this process. */
  readonly stdout?: 'inherit' | 'ignore';
  readonly stderr?: 'inherit' | 'ignore';
  /** Is given each process once it was started, to talk with it. Do not end it. */
  readonly onStarted?: (child: ChildProcess) => void;
  readonly clock?: Clock;
}

/** Options, checked once and with defaults. */
export interface ProcessPlan {
  readonly command: string;
  readonly args: readonly string[];
  readonly options: NonNullable<ProcessChildOptions['options']>;
  readonly ready: 'spawn' | 'message';
  readonly awaitedLine: string | RegExp | undefined;
  readonly stop: 'signal' | 'message' | 'disconnect';
  readonly stopSignal: NodeJS.Signals;
  readonly killAfterMs: number;
  readonly heartbeatMs: number | undefined;
  readonly ipc: boolean;
  readonly leads: boolean;
  readonly stdout: 'inherit' | 'ignore';
  readonly stderr: 'inherit' | 'ignore';
  readonly onStarted: ((child: ChildProcess) => void) | undefined;
  readonly clock: Clock;
}

const KILL_AFTER_MS = 4_000;

/** @throws InvalidOptionError naming the field. */
export function processPlan(options: ProcessChildOptions): ProcessPlan {
  const { command, ready = 'spawn', stop = 'signal', group = 'own', args = [] } = options;
  const { stdout = 'inherit', stderr = 'inherit', heartbeat } = options;
  if (typeof command !== 'string' || command === '')
    throw new InvalidOptionError('command', 'must be a text');
  if (!args.every((arg) => typeof arg === 'string')) throw new InvalidOptionError('args', 'must be texts');
  oneOf('stop', stop, ['signal', 'message', 'disconnect']);
  oneOf('group', group, ['own', 'parent']);
  oneOf('stdout', stdout, ['inherit', 'ignore']);
  oneOf('stderr', stderr, ['inherit', 'ignore']);
  const awaitedLine = lineOf(ready);
  const needsChannel = ready === 'message' || stop !== 'signal' || heartbeat !== undefined;
  if (needsChannel && options.ipc === false) {
    throw new InvalidOptionError('ipc', 'must not be false where ready, stop or heartbeat needs messages');
  }
  return {
    command,
    args,
    options: options.options ?? {},
    ready: ready === 'message' ? 'message' : 'spawn',
    awaitedLine,
    stop,
    stopSignal: signalOf(options.stopSignal),
    killAfterMs: killAfter(options.killAfterMs),
    heartbeatMs: heartbeatOf(heartbeat),
    ipc: needsChannel || options.ipc === true,
    leads: group === 'own' && process.platform !== 'win32',
    stdout,
    stderr,
    onStarted: options.onStarted,
    clock: options.clock ?? systemClock,
  };
}

/** @throws InvalidOptionError naming the field. */
export function killAfter(value: Duration | undefined): number {
  return parseDuration(value ?? KILL_AFTER_MS, 'killAfterMs');
}

/** @throws InvalidOptionError naming the field. */
export function heartbeatOf(value: Duration | undefined): number | undefined {
  if (value === undefined) return undefined;
  const ms = parseDuration(value, 'heartbeat');
  if (ms === 0) throw new InvalidOptionError('heartbeat', 'must be above 0');
  return ms;
}

/** @throws InvalidOptionError naming the field. */
export function oneOf(field: string, value: unknown, known: readonly unknown[]): void {
  if (!known.includes(value)) throw new InvalidOptionError(field, `must be one of ${known.join(', ')}`);
}

function signalOf(value: NodeJS.Signals = 'SIGTERM'): NodeJS.Signals {
  if (Object.hasOwn(constants.signals, value)) return value;
  throw new InvalidOptionError('stopSignal', 'must be a signal that this system has, such as SIGTERM');
}

function lineOf(ready: NonNullable<ProcessChildOptions['ready']>): string | RegExp | undefined {
  if (typeof ready === 'string') {
    oneOf('ready', ready, ['spawn', 'message']);
    return undefined;
  }
  const line: unknown = ready.stdout;
  // A pattern that remembers where it was would find every other line only.
  if (line instanceof RegExp) return new RegExp(line.source, line.flags.replaceAll(/[gy]/g, ''));
  if (typeof line === 'string' && line !== '') return line;
  throw new InvalidOptionError('ready.stdout', 'must be a text or a pattern');
}
