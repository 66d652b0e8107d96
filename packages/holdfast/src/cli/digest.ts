import { readFileSync } from 'node:fs';
import { text as textOf } from 'node:stream/consumers';
import { resolve } from 'node:path';
import { isDay } from '../model/day.ts';
import { EXIT } from '../model/exit-code.ts';
import { compareDigests, digestDays, digestLine, readDigests } from '../proof/digest.ts';
import type { DayDifference, DayDigest, DigestRange } from '../proof/digest.ts';
import { withStore } from '../status/open-reader.ts';
import type { Io } from './io.ts';
import { write } from './io.ts';
import { checkHeldSource } from './known-source.ts';
import { printList } from './list.ts';
import { usageError } from './usage-error.ts';
import type { Call, Register } from './verb.ts';

interface DigestOptions {
  readonly source?: string;
  readonly from?: string;
  readonly to?: string;
  readonly json?: boolean;
  readonly compare?: string;
}

/** `digest`: count and hash of each day, which two installations can compare; 4 when a day differs. */
export const register: Register = (command, run) => {
  command
    .option('--source <id>', 'of this source only')
    .option('--from <day>', 'from this day of the datestamps')
    .option('--to <day>', 'up to this day, which is included')
    .option('--json', 'one line of JSON a day')
    .option('--compare <file>', "another installation's digest --json (- for standard input)")
    .action(
      run<DigestOptions>((call) => {
        const range = rangeOf(call.options);
        const { config } = call.resolved();
        return withStore(config, async (reader) => {
          await checkHeldSource(config, reader, range.source);
          const days: DayDigest[] = [];
          for await (const day of digestDays(reader, range)) days.push(day);
          const { compare } = call.options;
          if (compare === undefined) return printDays(call, days);
          const told = readDigests(await contentOf(call.io, compare));
          // What a failed command piped in must not look like an installation that has lost everything.
          if (told.length === 0)
            throw usageError(
              'There is no digest in what is to be compared: it is empty.',
              'Make it with `holdfast digest --json` at the other installation.',
            );
          const other = told.filter((day) => isWanted(day, range));
          return printDifferences(call, compareDigests(days, other), days.length);
        });
      }),
    );
};

function rangeOf({ source, from, to }: DigestOptions): DigestRange {
  for (const [name, day] of [['--from', from] as const, ['--to', to] as const])
    if (day !== undefined && !isDay(day))
      throw usageError(`${name} must be a day such as 2026-01-31, not "${String(day)}".`);
  return {
    ...(source === undefined ? {} : { source }),
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
  };
}

function isWanted({ source, day }: DayDigest, range: DigestRange): boolean {
  if (range.source !== undefined && source !== range.source) return false;
  return (range.from === undefined || day >= range.from) && (range.to === undefined || day <= range.to);
}

async function contentOf({ cwd }: Io, file: string): Promise<string> {
  if (file === '-') return textOf(process.stdin);
  try {
    return readFileSync(resolve(cwd, file), 'utf8');
  } catch (error) {
    throw usageError(`The digests of the other installation cannot be read: ${(error as Error).message}`);
  }
}

async function printDays(
  { io, options, look }: Call<DigestOptions>,
  rows: readonly DayDigest[],
): Promise<number> {
  if (options.json === true) await printLines(io, rows.map(digestLine));
  else
    await printList(io, look, false, {
      rows,
      columns: [
        { title: 'SOURCE', cell: ({ source }) => source },
        { title: 'DAY', cell: ({ day }) => day },
        { title: 'RECORDS', align: 'right', cell: ({ records }) => String(records) },
        { title: 'HASH', flexible: true, cell: ({ hash }) => hash },
      ],
      nothing: 'There are no records.',
    });
  return EXIT.ok;
}

async function printDifferences(
  { io, options, look }: Call<DigestOptions>,
  rows: readonly DayDifference[],
  compared: number,
): Promise<number> {
  if (options.json === true)
    await printLines(
      io,
      rows.map((row) => JSON.stringify(row)),
    );
  else
    await printList(io, look, false, {
      rows,
      columns: [
        { title: 'SOURCE', cell: ({ source }) => source },
        { title: 'DAY', cell: ({ day }) => day },
        { title: 'HERE', align: 'right', cell: ({ here }) => String(here?.records ?? 0) },
        { title: 'THERE', align: 'right', cell: ({ there }) => String(there?.records ?? 0) },
      ],
      nothing: `Both hold the same: ${String(compared)} days were compared.`,
      ...(rows.some(({ here, there }) => here?.records === there?.records)
        ? { next: 'Days with equal counts differ in a version or in metadata.' }
        : {}),
    });
  return rows.length > 0 ? EXIT.degraded : EXIT.ok;
}

async function printLines({ out }: Io, lines: readonly string[]): Promise<void> {
  for (let at = 0; at < lines.length; at += 500) {
    const chunk = lines.slice(at, at + 500);
    await write(out, `${chunk.join('\n')}\n`);
  }
}
