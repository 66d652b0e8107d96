import { resolve } from 'node:path';
import { isGood, listBackups, runBackup } from '../backup/index.ts';
import type { BackupReport } from '../backup/index.ts';
import { EXIT } from '../model/exit-code.ts';
import type { Io } from './io.ts';
import { write, writeLine } from './io.ts';
import { printList } from './list.ts';
import { bytes, grouped } from './status/quantities.ts';
import { plain } from './terminal/escape.ts';
import type { Register } from './verb.ts';

interface BackupOptions {
  readonly to?: string;
  readonly json?: boolean;
  readonly list?: boolean;
}

/** `backup`: a tested copy of the store, also while an engine writes it; exit code 5 when the copy fails its test. */
export const register: Register = (command, run) => {
  command
    .option('--to <file>', 'write this file instead of one in the folder of backups')
    .option('--list', 'list the backups of this store that are there')
    .option('--json', 'print one object, or with --list one array')
    .action(
      run<BackupOptions>(async ({ io, options, look, resolved }) => {
        const { store, backup } = resolved().config;
        const file = store.slice('sqlite:'.length);
        const { folder, keep } = backup;
        if (options.list === true) {
          const found = listBackups(folder, file).map((each) => ({
            file: each.file,
            ok: isGood(each),
            ...each.sidecar,
          }));
          await printList(io, look, options.json === true, {
            rows: found,
            columns: [
              { title: 'MADE', cell: ({ at }) => at },
              { title: 'TEST', cell: ({ ok }) => (ok ? 'passed' : 'FAILED') },
              { title: 'RECORDS', align: 'right', cell: ({ records }) => grouped(records) },
              { title: 'SIZE', align: 'right', cell: (each) => bytes(each.bytes) },
              { title: 'FILE', flexible: true, cell: (each) => each.file },
            ],
            nothing: `There is no backup of this store in ${plain(folder)} yet.`,
          });
          return EXIT.ok;
        }
        const to = options.to === undefined ? null : resolve(io.cwd, options.to);
        const report = await untilInterrupted(io, (signal) =>
          runBackup({ store: file, folder, to, keep }, signal),
        );
        if (report === null) return EXIT.interrupted;
        await tell(io, report, options.json === true);
        return report.ok ? EXIT.ok : EXIT.integrity;
      }),
    );
};

async function tell(io: Io, { ok, file, sidecar, removed }: BackupReport, json: boolean): Promise<void> {
  if (json) return write(io.out, `${JSON.stringify({ ok, file, ...sidecar, removed }, null, 2)}\n`);
  const { problems } = sidecar.test;
  if (!ok) {
    const lines = problems.slice(0, 10).map((problem) => `  ${plain(problem)}\n`);
    const more = problems.length > 10 ? `  and ${String(problems.length - 10)} more\n` : '';
    await write(
      io.err,
      `holdfast: the copy failed its test and is no backup; it is kept as ${plain(file)}\n${lines.join('')}${more}`,
    );
    return writeLine(io.err, '  holdfast verify tells whether the store itself is damaged.');
  }
  await writeLine(
    io.out,
    `Backup: ${plain(file)} (${bytes(sidecar.bytes)}, ${grouped(sidecar.records)} records up to seq ${sidecar.lastSeq}).`,
  );
  await writeLine(io.out, 'Tested: it was opened as a store of its own and verified completely.');
  if (removed.length > 0) await writeLine(io.out, `Removed: ${String(removed.length)} older.`);
}

/** Null when a person ended it; what is left over then is cleared by the next backup. */
async function untilInterrupted<Result>(
  io: Io,
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result | null> {
  const ending = new AbortController();
  const release = io.onSignal(() => ending.abort(new Error('interrupted')));
  try {
    return await work(ending.signal);
  } catch (error) {
    if (ending.signal.aborted) return null;
    throw error;
  } finally {
    release();
  }
}
