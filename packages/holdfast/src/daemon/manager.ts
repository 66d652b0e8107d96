import type { SupervisorStatus } from '../model/supervisor-status.ts';

type Env = Readonly<Record<string, string | undefined>>;

const MANAGERS = ['systemd', 'launchd', 'task-scheduler', 'container'] as const;

/**
 * Who brings this process back when it dies: named by our service files in `HOLDFAST_MANAGER`; systemd tells the
 * process that it started by `SYSTEMD_EXEC_PID` (systemd.exec(5)), which everything below merely inherits.
 */
export function managerOf(env: Env, pid: number): SupervisorStatus['manager'] {
  const named = MANAGERS.find((each) => each === env['HOLDFAST_MANAGER']);
  if (named !== undefined) return named;
  if (env['SYSTEMD_EXEC_PID'] === String(pid)) return 'systemd';
  return pid === 1 ? 'container' : null;
}

/** What a service manager tells its own process alone; children must not take it for theirs. */
const OURS_ALONE = [
  'HOLDFAST_MANAGER',
  'SYSTEMD_EXEC_PID',
  'NOTIFY_SOCKET',
  'WATCHDOG_USEC',
  'WATCHDOG_PID',
  'LISTEN_FDS',
  'LISTEN_PID',
  'LISTEN_FDNAMES',
];

/** Takes out of the environment what children must not inherit, and returns what was there. */
export function takeManagerVariables(env: Record<string, string | undefined>): Env {
  const taken: Record<string, string | undefined> = {};
  for (const name of OURS_ALONE) {
    taken[name] = env[name];
    delete env[name];
  }
  return taken;
}
