import { parseArgs } from 'node:util';
import { absent } from './absent.ts';
import { allCells, sample } from './cells.ts';
import type { Cell } from './cells.ts';

/** What the command line asks for. */
export interface SessionsArguments {
  readonly cells: readonly Cell[];
  readonly seed: number;
  readonly jobs: number;
  readonly json: boolean;
}

/** Said on `--help`. */
export const USAGE = `Strikes real sessions of playwright, puppeteer and selenium, and compares with the portal's ledger.

  --only TEXT   only rows whose "driver fault phase" holds all these words
  --sample N    so many rows by chance, each fault at least once
  --seed N      the chance; printed
  --jobs N      rows at a time, 1 to 8 (default 2)
  --json        rows and summary as JSON

Exit codes: 0 all valid (or nobody reads any more), 5 a row is invalid, 4 a row is unknown (its fault did not fire) or
lacks something on this machine, 2 usage, 130 interrupted.
`;

/** Reads the command line. @throws Error with a sentence when it is not understood. */
export function readArguments(args: readonly string[]): SessionsArguments | 'help' {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: 'string', default: '' },
      sample: { type: 'string' },
      seed: { type: 'string', default: String(Date.now() % 1_000_000) },
      jobs: { type: 'string', default: '2' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return 'help';
  const seed = wholeNumber('--seed', values.seed, 0, 999_999_999);
  const jobs = wholeNumber('--jobs', values.jobs, 1, 8);
  const wanted = chosen(values.only);
  if (values.sample === undefined) return { cells: wanted, seed, jobs, json: values.json };
  const size = wholeNumber('--sample', values.sample, 1, wanted.length);
  const cells = sample(
    wanted.filter((cell) => absent(cell) === null),
    size,
    seed,
  );
  return { cells, seed, jobs, json: values.json };
}

function chosen(only: string): Cell[] {
  const words = only.split(/\s+/).filter((word) => word !== '');
  const cells = allCells().filter(({ driver, fault, phase }) =>
    words.every((word) => `${driver} ${fault} ${phase}`.includes(word)),
  );
  if (cells.length === 0) throw new Error(`No row holds all of the words "${only}".`);
  return cells;
}

/** The number that a flag gives. @throws Error with a sentence when it is none, or out of range. */
export function wholeNumber(flag: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (/^\d{1,9}$/.test(text) && value >= least && value <= most) return value;
  throw new Error(`${flag} is a whole number from ${least} to ${most}, not "${text}".`);
}
