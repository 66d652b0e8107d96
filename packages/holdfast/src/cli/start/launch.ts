import { spawn } from 'node:child_process';
import { mkdirSync, openSync, closeSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SUPERVISOR_NODE_OPTIONS, SUPERVISOR_PROGRAM } from '../../model/supervisor-program.ts';
import { chooseNode } from '../../service/index.ts';
import type { Io } from '../io.ts';

/** A supervisor that was started. */
export interface Launched {
  readonly pid: number | undefined;
  /** Its exit code once it has ended; undefined while it runs. */
  ended(): number | null | undefined;
  /** What it has printed: nothing, unless it could not do its work. */
  told(): string;
}

const SUPERVISOR = join(import.meta.dirname, '../../..', SUPERVISOR_PROGRAM);

/** Starts a supervisor in a session of its own, so that it outlives this terminal. */
export function launch(
  dataDir: string,
  flags: readonly string[],
  { env, cwd }: Pick<Io, 'env' | 'cwd'>,
): Launched {
  const folder = join(dataDir, 'logs');
  const file = join(folder, 'supervisor.out');
  mkdirSync(folder, { recursive: true });
  const handle = openSync(file, 'w', 0o600);
  const child = spawn(chooseNode(process.execPath).path, [...SUPERVISOR_NODE_OPTIONS, SUPERVISOR, ...flags], {
    cwd,
    // Whoever manages this very process does not manage that one.
    env: { ...env, HOLDFAST_MANAGER: undefined, NOTIFY_SOCKET: undefined, SYSTEMD_EXEC_PID: undefined },
    detached: true,
    windowsHide: true,
    stdio: ['ignore', handle, handle],
  });
  closeSync(handle);
  let ended: number | null | undefined;
  child.on('exit', (code) => (ended = code));
  child.on('error', () => (ended = null));
  child.unref();
  return { pid: child.pid, ended: () => ended, told: () => readFileSync(file, 'utf8') };
}
