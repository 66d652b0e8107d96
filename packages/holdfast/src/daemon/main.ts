/** The supervisor process, which is to stay small: started by its path, or by `holdfast supervise` by hand. */
import { setFlagsFromString } from 'node:v8';
import { systemClock, systemRandom } from '@holdfast/resilience/clock';
import { exitCodeOf } from '../model/exit-code.ts';
import type { SupervisorStatus } from '../model/supervisor-status.ts';
import { compressor } from './compressor.ts';
import { getPlan } from './get-plan.ts';
import { type Hosted, hostSupervisor } from './host.ts';
import { isLogged } from './log-event.ts';
import { type LogEntry, LogFile } from './log-file.ts';
import { managerOf, takeManagerVariables } from './manager.ts';
import type { LogPlan, Plan } from './plan.ts';
import { nodeProgram } from './node-program.ts';
import { childStarter } from './start-child.ts';
import { Notifier, systemdNotify } from './systemd-notify.ts';

/** Where it was not started under `--jitless`: the code of optimising compilers would take megabytes. */
function staySmall(): void {
  for (const flag of ['--no-opt', '--no-maglev']) setFlagsFromString(flag);
}

/** Runs the supervisor and ends the process. `flags` are those of the command line, or `--plan FILE`. */
export async function main(flags: readonly string[]): Promise<void> {
  staySmall();
  try {
    process.exit(await supervise(flags));
  } catch (error) {
    const { code = 'ERR_UNKNOWN', message, hint = '', stack } = error as Partial<Record<string, string>>;
    const isOurs = code.startsWith('ERR_') && hint !== undefined;
    process.stderr.write(`holdfast: ${isOurs ? message : stack}\n${hint === '' ? '' : `  ${hint}\n`}`);
    process.exit(exitCodeOf(code));
  }
}

async function supervise(flags: readonly string[]): Promise<number> {
  const early = catchSignals();
  const managed = takeManagerVariables(process.env);
  const manager = managerOf(managed, process.pid);
  const plan = await getPlan(flags);
  if (early.caught()) return 0;
  const log = openLog(plan);
  const hosted = await hostSupervisor({
    plan,
    replan: () => getPlan(flags),
    deadlineMs: null,
    lateExitCode: 0,
    patient: true,
    restart: true,
    replaceable: process.platform !== 'win32',
    manager,
    startChild: childStarter(systemClock),
    clock: systemClock,
    random: systemRandom,
    uid: process.getuid?.(),
    onPlan: ({ log: bounds }) => {
      if (bounds !== null) log.bound(bounds);
    },
    onEvent: (event, child) => {
      if (isLogged(event)) log.write({ child, ...event });
    },
    onOutput: (child, line, stream) => {
      log.write({ child, kind: 'output', at: systemClock.now(), stream, line });
    },
  });
  const notifier = notifierFor(managed, hosted);
  early.follow({
    stop: () => {
      notifier?.stopping();
      hosted.stop(0);
    },
    renew: () => void renewOrTell(hosted, log),
  });
  const code = await hosted.supervisor.done;
  const isReplaced = hosted.isReplaced();
  if (!isReplaced) notifier?.stopping();
  hosted.close();
  log.close();
  if (isReplaced) replaceProcess({ ...process.env, ...managed });
  return code;
}

/**
 * Goes on as the program that lies there now, under the same number and with the same words: whoever manages this
 * process sees no end. Never returns.
 */
function replaceProcess(env: Readonly<Record<string, string | undefined>>): void {
  const given = Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const words = [process.argv0, ...process.execArgv, ...process.argv.slice(1)];
  process.execve?.(nodeProgram(), words, Object.fromEntries(given));
}

interface Log {
  write(entry: LogEntry): void;
  bound(bounds: LogPlan): void;
  close(): void;
}

function openLog({ log }: Plan): Log {
  if (log === null) return { write: () => undefined, bound: () => undefined, close: () => undefined };
  const file = new LogFile({ plan: log, clock: systemClock, compress: compressor() });
  // The instant comes first in every line: by it a file tells its age.
  return {
    write: ({ at, ...rest }) => file.write({ at, ...rest }),
    bound: (bounds) => file.bound(bounds),
    close: () => file.close(),
  };
}

interface SignalTargets {
  readonly stop: () => void;
  readonly renew: () => void;
}

/**
 * As process 1 of a container nothing else would end us, and before there is a supervisor a signal must not be
 * lost either.
 */
function catchSignals(): { caught: () => boolean; follow: (targets: SignalTargets) => void } {
  let stopped = false;
  let targets: SignalTargets | null = null;
  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    process.on(signal, () => {
      stopped = true;
      targets?.stop();
    });
  process.on('SIGHUP', () => targets?.renew());
  return {
    caught: () => stopped,
    follow: (found) => {
      targets = found;
      if (stopped) found.stop();
    },
  };
}

async function renewOrTell(hosted: Hosted, log: Log): Promise<void> {
  try {
    await hosted.renew('operator');
  } catch (error) {
    const {
      code = 'ERR_UNKNOWN',
      message = String(error),
      hint = '',
    } = error as Partial<Record<string, string>>;
    log.write({
      at: systemClock.now(),
      child: 'supervisor',
      kind: 'notice',
      source: null,
      code,
      message,
      hint,
    });
  }
}

function notifierFor(managed: Readonly<Record<string, string | undefined>>, hosted: Hosted): Notifier | null {
  const notify = systemdNotify(managed['NOTIFY_SOCKET']);
  if (notify === null) return null;
  const main = (): SupervisorStatus['children'][number] | undefined => hosted.status().children[0];
  return new Notifier({
    notify,
    watchdogUsec: managed['WATCHDOG_USEC'],
    clock: systemClock,
    status: () =>
      hosted
        .status()
        .children.map(({ name, mode }) => `${name} ${mode}`)
        .join(', '),
    isReady: () => main()?.mode !== 'starting',
  });
}
