import { parseArgs, type ParseArgsOptionsConfig } from 'node:util';
import { nearest } from './near.ts';
import type { Size } from './stage.ts';

/** What the drill is asked for. */
export interface DrillArguments {
  readonly size: Size;
  /** Names, parts of names, or layers; empty = all that belong to the size. */
  readonly only: readonly string[];
  readonly seed: number;
  readonly json: boolean;
  readonly html: string | null;
  readonly junit: string | null;
  readonly list: boolean;
  readonly durationMs: number | null;
}

export const USAGE = `Usage: holdfast drill [--quick | --full] [options]

Breaks what can break around a harvest of simulated upstreams on this machine, and counts what came of it.
It asks nothing of anybody outside this machine, and touches no store of yours.

  --quick          under 90 s, no root (default)
  --full           everything that this machine can do; an hour and more
  --only NAME      rows whose name holds this text, or a whole layer; again for more
  --seed N         repeats the choices of an earlier drill (printed)
  --duration D     how long the soak lasts, such as 2h
  --json           the report as JSON to standard output
  --html FILE      the report as one page with a timeline
  --junit FILE     the report as JUnit XML
  --list           names the rows; with --json as JSON

Exit codes: 0 everything that was covered is valid; 4 a row is unknown; 5 something was lost or did not hold;
2 usage; 130 interrupted. With HOLDFAST_REQUIRE_ALL=1, as in CI, a row that could not be played is 4 as well,
unless drill/catalogue/not-covered.ts names it.
`;

/** What can be wrong with the arguments, as a sentence, and what to do about it. */
export class UsageError extends Error {
  readonly hint: string;

  constructor(sentence: string, hint: string) {
    super(sentence);
    this.name = 'UsageError';
    this.hint = hint;
  }
}

const OPTIONS = {
  quick: { type: 'boolean', default: false },
  full: { type: 'boolean', default: false },
  only: { type: 'string', multiple: true, default: [] },
  seed: { type: 'string' },
  duration: { type: 'string' },
  json: { type: 'boolean', default: false },
  html: { type: 'string' },
  junit: { type: 'string' },
  list: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} satisfies ParseArgsOptionsConfig;

const HELP = 'holdfast drill --help tells all options.';

/** Reads the arguments. @throws UsageError with a sentence that names what is wrong */
export function readArguments(args: readonly string[]): DrillArguments | 'help' {
  const values = valuesOf(args);
  if (values.help) return 'help';
  if (values.quick && values.full)
    throw new UsageError('--quick and --full exclude each other.', 'Leave one of them out.');
  return {
    size: values.full ? 'full' : 'quick',
    only: values.only,
    seed: values.seed === undefined ? Date.now() % 1_000_000 : seedOf(values.seed),
    json: values.json,
    html: values.html ?? null,
    junit: values.junit ?? null,
    list: values.list,
    durationMs: values.duration === undefined ? null : durationOf(values.duration),
  };
}

function valuesOf(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS }).values;
  } catch (error) {
    throw plainly(error);
  }
}

/** The words of Node's parser are about its own settings; these are about what was typed. */
function plainly(error: unknown): UsageError {
  const { code, message } = error as { readonly code?: string; readonly message: string };
  const flag = /'(?:-\w, )?(-{1,2}[^' ]*)/.exec(message)?.[1] ?? '';
  if (code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION') {
    const [meant] = nearest(
      flag,
      Object.keys(OPTIONS).map((name) => `--${name}`),
    );
    return new UsageError(
      `There is no option ${flag}.`,
      meant === undefined ? HELP : `Did you mean ${meant}? ${HELP}`,
    );
  }
  if (code === 'ERR_PARSE_ARGS_UNEXPECTED_POSITIONAL') {
    const word = /argument '([^']*)'/.exec(message)?.[1] ?? '';
    return new UsageError(
      `${JSON.stringify(word)} belongs to no option.`,
      `To play rows of that name: --only ${JSON.stringify(word)}. ${HELP}`,
    );
  }
  if (code === 'ERR_PARSE_ARGS_INVALID_OPTION_VALUE') {
    return /does not take/.test(message)
      ? new UsageError(`${flag} takes no value.`, HELP)
      : new UsageError(`${flag} takes a value.`, HELP);
  }
  return new UsageError(message, HELP);
}

function seedOf(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new UsageError(
    `--seed is a whole number of up to nine digits, not ${JSON.stringify(text)}.`,
    'Each drill prints its seed.',
  );
}

const UNITS = { s: 1_000, m: 60_000, h: 3_600_000 } as const;

/** Timers of Node reach 24 days: one of more would be over at once. */
const LONGEST_MS = 20 * 24 * 3_600_000;

function durationOf(text: string): number {
  const match = /^(\d{1,7})(s|m|h)$/.exec(text);
  const unit = match?.[2] as keyof typeof UNITS | undefined;
  if (unit === undefined)
    throw new UsageError(
      `--duration is a number with its unit, not ${JSON.stringify(text)}.`,
      'For example 90s, 15m or 2h.',
    );
  const ms = Number(match?.[1]) * UNITS[unit];
  if (ms > 0 && ms <= LONGEST_MS) return ms;
  throw new UsageError(
    `--duration is longer than nothing and at most 480h, not ${text}.`,
    'For example 90s, 15m or 2h.',
  );
}
