import { randomUUID } from 'node:crypto';
import { resolve } from 'node:path';
import { restoreStore } from '../backup/index.ts';
import type { Restored } from '../backup/index.ts';
import { EXIT } from '../model/exit-code.ts';
import type { Io } from './io.ts';
import { write, writeLine } from './io.ts';
import { confirm } from './service/confirm.ts';
import { grouped } from './status/quantities.ts';
import { plain } from './terminal/escape.ts';
import type { Register } from './verb.ts';

interface RestoreOptions {
  readonly yes?: boolean;
  readonly json?: boolean;
}

const DAY_MS = 86_400_000;
/** As every connector has it when the configuration does not name another one. */
const OVERLAP_DAYS = 7;

/** `restore`: a tested copy of a backup takes the place of the store, which is kept beside it. */
export const register: Register = (command, run) => {
  command
    .option('--yes', 'does not ask')
    .option('--json', 'print one object')
    .action(
      run<RestoreOptions>(async ({ io, options, resolved }, named = '') => {
        const { store, sources } = resolved().config;
        const file = store.slice('sqlite:'.length);
        const backup = resolve(io.cwd, named);
        const asks = options.yes !== true && options.json !== true;
        const question = `Put ${plain(backup)} in the place of ${plain(file)}? What is there now is kept beside it.`;
        if (asks && !(await confirm(io, question))) {
          await writeLine(io.out, 'Nothing was changed.');
          return EXIT.ok;
        }
        const restored = await restoreStore({
          backup,
          store: file,
          clock: io.clock,
          uniqueId: randomUUID,
          overlapDays: (id) => sources.find((source) => source.id === id)?.overlapDays ?? OVERLAP_DAYS,
        });
        if (options.json === true) {
          const text = JSON.stringify({ ...restored, lastSeq: String(restored.lastSeq) }, null, 2);
          await write(io.out, `${text}\n`);
        } else await tell(io, file, restored);
        return EXIT.ok;
      }),
    );
};

async function tell(io: Io, file: string, restored: Restored): Promise<void> {
  const { replaced, records, lastSeq, sources, windowsDue } = restored;
  const lines = [
    `Restored: ${plain(file)} holds ${grouped(records)} records up to seq ${String(lastSeq)}; every hash was checked.`,
    ...(replaced === null
      ? []
      : [`Kept: the store of before is ${plain(replaced)}; remove it when you are sure.`]),
    'The next harvest (holdfast run) brings the difference by itself:',
    ...sources.map(({ id, watermark }) => `  ${plain(id)}: ${difference(watermark, io.clock.now())}`),
    `  and looks again at ${windowsDue === 1 ? '1 window' : `${grouped(windowsDue)} windows`} of the days before.`,
  ];
  for (const line of lines) await writeLine(io.out, line);
}

function difference(watermark: string | null, now: number): string {
  if (watermark === null) return 'from its beginning';
  const days = Math.max(1, Math.ceil((now - Date.parse(watermark)) / DAY_MS));
  return `what changed since ${watermark}, ${days === 1 ? 'less than a day' : `about ${grouped(days)} days`}`;
}
