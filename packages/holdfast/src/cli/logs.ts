import { logFileOf } from './plan/make-plan.ts';
import { followLog } from './logs/follow-log.ts';
import { lastLines } from './logs/last-lines.ts';
import { logSentence } from './logs/log-sentence.ts';
import { EXIT } from '../model/exit-code.ts';
import { write, writeLine } from './io.ts';
import { wholeNumber } from './usage-error.ts';
import type { Register } from './verb.ts';

interface LogsOptions {
  readonly follow?: boolean;
  readonly lines: string;
  readonly json?: boolean;
}

/** `logs`: the last lines of the log, over all its files, and with -f those that come. */
export const register: Register = (command, run) => {
  command
    .option('-f, --follow', 'go on printing what comes until Ctrl-C')
    .option('--lines <n>', 'how many of the last lines', '50')
    .option('--json', 'print the lines of JSON as they were logged')
    .action(
      run<LogsOptions>(async ({ io, options, resolved }) => {
        const file = logFileOf(resolved().config);
        const count = wholeNumber(options.lines, '--lines');
        const show = (line: string): string | null => (options.json === true ? line : logSentence(line));
        const { lines, end } = await lastLines(file, count, (line) => show(line) !== null);
        for (const line of lines) await writeLine(io.out, show(line) ?? '');
        if (lines.length === 0 && options.follow !== true)
          await writeLine(
            io.err,
            `holdfast: nothing was logged in ${file} (a foreground run shows what happens itself).`,
          );
        if (options.follow !== true) return EXIT.ok;
        return followLog(io, file, end, async (line) => {
          const text = show(line);
          if (text !== null) await write(io.out, `${text}\n`);
        });
      }),
    );
};
