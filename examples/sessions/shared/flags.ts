import { parseArgs } from 'node:util';

/** What an example is. */
export interface About {
  readonly name: string;
  /** A sentence for `--help`. */
  readonly about: string;
  /** What it counts. */
  readonly items: string;
  /** Its own flag for doing some of them only. */
  readonly limit: 'max-pages' | 'max-inbox' | 'max-messages' | 'max-matches';
  /** What has to be in the database before. */
  readonly needs?: 'matches';
}

/** An effect in doubt, and what a person found out about it. */
export interface Settlement {
  readonly path: string;
  readonly decision: 'done' | 'not-done';
}

/** What was asked on the command line. */
export interface Flags {
  /** Absent: a demo portal is started. */
  readonly portal: string | undefined;
  readonly ledger: string;
  readonly dryRun: boolean;
  readonly fresh: boolean;
  readonly workers: number;
  readonly maxItems: number | undefined;
  readonly browser: string | undefined;
  readonly settle: readonly Settlement[];
}

/** A command line that cannot be followed. */
export class UsageError extends Error {}

/** Reads the command line; undefined when only help was asked for. @throws UsageError */
export function parseFlags(args: readonly string[], about: About): Flags | undefined {
  const values = parsed(args, about);
  if (values.help === true) return undefined;
  const limit = values[about.limit];
  return {
    portal: values.portal === undefined ? undefined : portalUrl(values.portal),
    ledger: values.ledger,
    dryRun: values['dry-run'] === true,
    fresh: values.fresh === true,
    workers: whole('workers', values.workers, 16),
    maxItems: typeof limit === 'string' ? whole(about.limit, limit, 1_000_000) : undefined,
    browser: values.browser,
    settle: values.settle.map(settlement),
  };
}

/** What `--help` prints. */
export function usage({ name, about, items, limit }: About): string {
  return `${about}

node examples/sessions/${name}.ts [options]
  --portal URL      the portal; without it a demo portal is started
  --ledger FILE     the database with everything done and found (default portal.db)
  --dry-run         look at everything, store and send nothing
  --${limit.padEnd(15)} ${`do at most so many ${items}; the next start goes on`}
  --workers N       pages at a time in one browser (default 2)
  --browser PATH    the Chromium to use (default: CHROMIUM_PATH, or the usual places)
  --fresh           begin anew; what is stored stays
  --settle PATH=done|not-done   decide what is in doubt
`.replace(`--${limit.padEnd(15)}`, `--${`${limit} N`.padEnd(15)}`);
}

function parsed(args: readonly string[], about: About) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        portal: { type: 'string' },
        ledger: { type: 'string', default: 'portal.db' },
        'dry-run': { type: 'boolean' },
        fresh: { type: 'boolean' },
        workers: { type: 'string', default: '2' },
        browser: { type: 'string' },
        settle: { type: 'string', multiple: true, default: [] },
        help: { type: 'boolean', short: 'h' },
        [about.limit]: { type: 'string' },
      },
    }).values as ParsedValues;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

type ParsedValues = {
  readonly portal?: string;
  readonly ledger: string;
  readonly 'dry-run'?: boolean;
  readonly fresh?: boolean;
  readonly workers: string;
  readonly browser?: string;
  readonly settle: readonly string[];
  readonly help?: boolean;
} & { readonly [limit in About['limit']]?: string };

function whole(flag: string, text: string, most: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= 1 && value <= most) return value;
  throw new UsageError(`--${flag} takes a whole number from 1 to ${most}, not "${text}".`);
}

function portalUrl(text: string): string {
  const url = URL.parse(text);
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return url.origin;
  throw new UsageError(`--portal takes an address such as http://127.0.0.1:8080, not "${text}".`);
}

function settlement(text: string): Settlement {
  const [, path, decision] = /^(.+)=(done|not-done)$/.exec(text) ?? [];
  if (path !== undefined && (decision === 'done' || decision === 'not-done')) return { path, decision };
  throw new UsageError(`--settle takes PATH=done or PATH=not-done, not "${text}".`);
}
