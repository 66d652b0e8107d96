/** Makes one backup in a process of its own, so that neither an engine's loop nor its memory is concerned. */
import { systemClock } from '@holdfast/resilience/clock';
import { toPlain } from '../../store/sqlite/messages.ts';
import type { PlainError } from '../../store/sqlite/messages.ts';
import { makeBackup } from '../make-backup.ts';
import type { BackupJob, BackupReport } from '../make-backup.ts';

/** What this process says when it is done. */
export type CopyAnswer =
  { readonly ok: true; readonly report: BackupReport } | { readonly ok: false; readonly error: PlainError };

async function answer(job: BackupJob): Promise<CopyAnswer> {
  try {
    return { ok: true, report: await makeBackup(job, systemClock) };
  } catch (error) {
    return { ok: false, error: toPlain(error) };
  }
}

// Whoever asked has its answer, or is gone: what is left over then is cleared by the next backup.
process.on('disconnect', () => process.exit(0));
process.once('message', (job: BackupJob) => {
  void answer(job).then((said) => process.send?.(said));
});
