import { parseArgs } from 'node:util';
import type { PortalOptions } from './portal-options.ts';

/** What was asked on the command line. */
export type PortalArguments =
  | { readonly kind: 'run'; readonly options: PortalOptions; readonly followStdin: boolean }
  | { readonly kind: 'help' }
  | { readonly kind: 'wrong'; readonly message: string };

/** What `--help` prints. */
export const usage = `A portal to try programs on: matches, an inbox and messages behind a login (demo, demo).

node examples/portal/main.ts [options]
  --port N            0 takes a free one (default 0)
  --seed N            same seed, same data (default 1)
  --matches N         people (default 60)
  --per-page N        rows of a page (default 10)
  --inbox N           messages received (default 20)
  --session-ttl TIME  a login lasts so long, however busy (default 15m)
  --token-ttl TIME    an access token lasts so long (default 5m)
  --latency TIME      added to every answer (default 0)
  --rate-limit N      requests a second, the others get 429 (default 0: no limit)
  --ledger FILE       JSON lines of everything done to it; continued when it exists
  --control           serve /control: faults, dropped sessions, the ledger
  --follow-stdin      end when standard input ends
TIME is 500ms, 30s, 15m, 2h or a number of milliseconds.
`;

const flags = {
  port: { type: 'string' },
  seed: { type: 'string' },
  matches: { type: 'string' },
  'per-page': { type: 'string' },
  inbox: { type: 'string' },
  'session-ttl': { type: 'string' },
  'token-ttl': { type: 'string' },
  latency: { type: 'string' },
  'rate-limit': { type: 'string' },
  ledger: { type: 'string' },
  control: { type: 'boolean' },
  'follow-stdin': { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

/** Reads the command line. */
export function parsePortalArguments(args: readonly string[]): PortalArguments {
  try {
    const { values } = parseArgs({ args: [...args], options: flags, strict: true });
    if (values.help) return { kind: 'help' };
    const options: PortalOptions = {
      ...whole('port', values.port, { max: 65_535 }),
      ...whole('seed', values.seed, {}),
      ...whole('matches', values.matches, { max: 100_000 }),
      ...whole('perPage', values['per-page'], { min: 1, flag: 'per-page' }),
      ...whole('inbox', values.inbox, { max: 100_000 }),
      ...time('sessionTtlMs', 'session-ttl', values['session-ttl']),
      ...time('tokenTtlMs', 'token-ttl', values['token-ttl']),
      ...time('latencyMs', 'latency', values.latency),
      ...whole('rateLimit', values['rate-limit'], { flag: 'rate-limit' }),
      ...(values.ledger === undefined ? {} : { ledger: values.ledger }),
      control: values.control ?? false,
    };
    return { kind: 'run', options, followStdin: values['follow-stdin'] ?? false };
  } catch (error) {
    return { kind: 'wrong', message: error instanceof Error ? error.message : String(error) };
  }
}

function whole<K extends string>(
  key: K,
  text: string | undefined,
  { min = 0, max = 2 ** 31, flag = key as string },
): Partial<Record<K, number>> {
  if (text === undefined) return {};
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < min || value > max) {
    throw new RangeError(`--${flag} takes a whole number from ${min} to ${max}, not "${text}".`);
  }
  return { [key]: value } as Record<K, number>;
}

const units: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

function time<K extends string>(key: K, flag: string, text: string | undefined): Partial<Record<K, number>> {
  if (text === undefined) return {};
  const [, digits, unit = 'ms'] = /^(\d+)(ms|s|m|h)?$/.exec(text) ?? [];
  if (digits === undefined)
    throw new RangeError(`--${flag} takes a time such as 500ms or 15m, not "${text}".`);
  return { [key]: Number(digits) * (units[unit] ?? 1) } as Record<K, number>;
}
