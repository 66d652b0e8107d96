import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { HoldfastError } from '../model/error.ts';
import { fromPlain } from '../store/sqlite/messages.ts';
import type { CopyAnswer } from './copy/main.ts';
import type { BackupJob, BackupReport } from './make-backup.ts';

const IS_SOURCE = import.meta.url.endsWith('.ts');
// The sources run as they are in tests and are compiled for the package.
const ENTRY = fileURLToPath(new URL(IS_SOURCE ? './copy/main.ts' : './copy/main.js', import.meta.url));

/**
 * Makes a backup in a process of its own, which is killed when `signal` aborts; what it leaves then is cleared by the
 * next one.
 * @throws HoldfastError those of `makeBackup`, and `ERR_BACKUP_ENDED` when the process died; the signal's reason
 */
export function runBackup(job: BackupJob, signal: AbortSignal): Promise<BackupReport> {
  signal.throwIfAborted();
  return new Promise((resolve, reject) => {
    const child = fork(ENTRY, [], {
      execArgv: IS_SOURCE ? ['--conditions=@holdfast/source'] : [],
      // Lists of any size pass, and none of it shares our terminal.
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      windowsHide: true,
    });
    let said: CopyAnswer | null = null;
    const stop = (): void => void child.kill('SIGKILL');
    signal.addEventListener('abort', stop, { once: true });
    child.once('message', (answer) => {
      said = answer as CopyAnswer;
      // It ends when it has nobody to talk to, and not before its answer is here.
      child.disconnect();
    });
    child.once('error', (error) => reject(ended(error)));
    child.once('exit', (code, killed) => {
      signal.removeEventListener('abort', stop);
      if (said?.ok === true) resolve(said.report);
      else if (said !== null) reject(fromPlain(said.error));
      else if (signal.aborted) reject(signal.reason as Error);
      else reject(ended(`it ended with ${killed ?? `exit code ${String(code)}`}`));
    });
    child.send(job, (error) => {
      // It has died already, which its exit tells.
      if (error !== null) stop();
    });
  });
}

function ended(cause: unknown): HoldfastError {
  const how = cause instanceof Error ? cause.message : String(cause);
  return new HoldfastError('ERR_BACKUP_ENDED', `The process that made the backup did not finish: ${how}.`, {
    hint: 'Run holdfast backup again; what was left over is cleared by it.',
    cause,
  });
}
