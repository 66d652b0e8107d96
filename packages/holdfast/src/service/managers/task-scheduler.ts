import { join } from 'node:path';
import { envFile } from '../env-file.ts';
import type { ServiceManager, Standing } from '../manager.ts';
import type { Scope } from '../names.ts';
import { TASK } from '../names.ts';
import { taskXml, utf16 } from '../task-xml.ts';
import type { ServiceFolders, ServiceWorld } from '../world.ts';

/** The first build of Windows whose `conhost` runs a console program without a window. */
const HEADLESS_SINCE = 17_763;

/** Asked by PowerShell, since the words of `schtasks /Query` are in the language of the system. */
const STATE = `[string](Get-ScheduledTask -TaskName '${TASK}' -ErrorAction Stop).State`;

/**
 * Windows Task Scheduler: a task at the user's logon, or at the start of the machine. A task holds no variables, so
 * they stand in a file that Node reads (`--env-file`).
 */
export function taskManager(world: ServiceWorld, scope: Scope, folders: ServiceFolders): ServiceManager {
  const { run, account } = world;
  const file = join(folders.state, 'service-task.xml');
  const variables = join(folders.state, 'service-task.env');
  const headless = Number(world.release.split('.')[2] ?? 0) >= HEADLESS_SINCE;
  const end = {
    type: 'try',
    argv: ['schtasks', '/End', '/TN', TASK],
    why: 'fails when it does not run',
  } as const;
  return {
    kind: 'task-scheduler',
    file,
    traces: [],
    check: () => Promise.resolve(warningsOf(scope, headless)),
    lingers: () => Promise.resolve(null),
    lingerFor: () => Promise.resolve(null),
    files: (spec) => {
      const nodeOptions = [`--env-file=${variables}`, ...spec.nodeOptions];
      const xml = taskXml({ ...spec, nodeOptions }, { scope, user: account.name, headless });
      return Promise.resolve([
        { path: file, content: utf16(xml), mode: 0o600 },
        { path: variables, content: envFile(spec.env), mode: 0o600 },
      ]);
    },
    activate: () => [
      end,
      { type: 'run', argv: ['schtasks', '/Create', '/TN', TASK, '/XML', file, '/F'] },
      { type: 'run', argv: ['schtasks', '/Run', '/TN', TASK] },
    ],
    // Ended by this it could not commit what it has; and its trigger comes again every few minutes.
    halt: [{ type: 'run', argv: ['schtasks', '/Change', '/TN', TASK, '/DISABLE'] }],
    start: [
      { type: 'run', argv: ['schtasks', '/Change', '/TN', TASK, '/ENABLE'] },
      { type: 'run', argv: ['schtasks', '/Run', '/TN', TASK] },
    ],
    deactivate: [end, { type: 'run', argv: ['schtasks', '/Delete', '/TN', TASK, '/F'] }],
    forget: () => [],
    look: async () => {
      const { code, out } = await run(['powershell', '-NoProfile', '-NonInteractive', '-Command', STATE]);
      return standingOf(code === 0 ? out.trim() : null);
    },
  };
}

function standingOf(state: string | null): Standing {
  return {
    loaded: state !== null,
    enabled: state !== null && state !== 'Disabled',
    running: state === 'Running',
    pid: null,
  };
}

function warningsOf(scope: Scope, headless: boolean): readonly string[] {
  return [
    scope === 'user'
      ? 'The task runs only while you are logged in. For a machine that nobody logs in to: --system, from a terminal of an administrator.'
      : 'The task runs without a password, so it reaches no network shares.',
    ...(headless ? [] : ['On this Windows it opens a console window; closing that window ends it.']),
  ];
}
