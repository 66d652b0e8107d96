import { parseArgs } from 'node:util';
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

  --quick          under 90 s, no root (default)
  --full           everything that this machine can do; an hour and more
  --only NAME      rows whose name holds this text, or a whole layer; again for more
  --seed N         repeats the choices of an earlier drill (printed)
  --duration D     how long the soak lasts, such as 2h
  --json           the report as JSON to standard output
  --html FILE      the report as one page with a timeline
  --junit FILE     the report as JUnit XML
  --list           names the rows

Exit codes: 0 everything that was covered is valid; 4 a row is unknown; 5 something was lost or did not hold.
`;

/** Reads the arguments. @throws Error with a sentence that names what is wrong */
export function readArguments(args: readonly string[]): DrillArguments | 'help' {
  const { values } = parseArgs({
    args: [...args],
    options: {
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
    },
  });
  if (values.help) return 'help';
  if (values.quick && values.full) throw new Error('--quick and --full exclude each other.');
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

function seedOf(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new Error(`--seed is a whole number of up to nine digits, not ${JSON.stringify(text)}.`);
}

const UNITS = { s: 1_000, m: 60_000, h: 3_600_000 } as const;

function durationOf(text: string): number {
  const match = /^(\d{1,6})(s|m|h)$/.exec(text);
  const unit = match?.[2] as keyof typeof UNITS | undefined;
  if (unit === undefined) throw new Error(`--duration is like 90s, 15m or 2h, not ${JSON.stringify(text)}.`);
  return Number(match?.[1]) * UNITS[unit];
}
