export { isGood, lastBackup, listBackups } from './folder.ts';
export type { LastBackup } from './folder.ts';
export type { BackupReport } from './make-backup.ts';
export { restoreStore } from './restore.ts';
export type { Restored } from './restore.ts';
export { runBackup } from './run-backup.ts';
