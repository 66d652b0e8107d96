import { parseArgs } from 'node:util';
import { UpstreamError } from './errors.ts';
import { isKind, kinds } from './kind.ts';
import type { UpstreamOptions } from './options.ts';

/** What the command line asks for. */
export type Command =
  | { readonly do: 'list-faults'; readonly json: boolean }
  | { readonly do: 'help' }
  | {
      readonly do: 'serve';
      readonly port: number;
      readonly host: string;
      readonly ledger: string | undefined;
      /** Where the server's clock stands at the start, ms; undefined for the real time. */
      readonly startAt: number | undefined;
      readonly options: Omit<UpstreamOptions, 'now' | 'sink'>;
    };

const text = { type: 'string' } as const;
const flag = { type: 'boolean' } as const;
const flags = {
  kind: text,
  port: text,
  host: text,
  seed: text,
  records: text,
  days: text,
  'record-bytes': text,
  'page-size': text,
  'one-stamp': text,
  restamp: text,
  'publish-late': text,
  'publish-after': text,
  'publish-after-ms': text,
  fault: { type: 'string', multiple: true },
  ledger: text,
  'ledger-ids': text,
  'cache-pages': flag,
  cdn: flag,
  'no-gzip': flag,
  granularity: text,
  'token-ttl': text,
  sets: text,
  'inflate-total': text,
  'retry-after': text,
  'slow-ms': text,
  'drip-bytes': text,
  now: text,
  'list-faults': flag,
  json: flag,
  help: flag,
} as const;

/** Reads the command line. @throws UpstreamError with ERR_UPSTREAM_OPTION */
export function readArguments(argv: readonly string[]): Command {
  const values = parse(argv);
  if (values.help === true) return { do: 'help' };
  if (values['list-faults'] === true) return { do: 'list-faults', json: values.json === true };
  const { kind = '' } = values;
  if (!isKind(kind))
    throw wrong(
      kind === '' ? '--kind is missing' : `there is no kind "${kind}"`,
      `kinds: ${kinds.join(', ')}`,
    );
  const { granularity = 'seconds' } = values;
  if (granularity !== 'seconds' && granularity !== 'day')
    throw wrong(`--granularity "${granularity}"`, 'write seconds or day');
  const ids = values['ledger-ids'] ?? 'on';
  if (ids !== 'on' && ids !== 'off') throw wrong(`--ledger-ids "${ids}"`, 'write on or off');
  const startAt = values.now === undefined ? undefined : Date.parse(values.now);
  if (startAt !== undefined && Number.isNaN(startAt))
    throw wrong(`--now "${values.now}" is not a time`, 'write 2026-11-01T00:00:00Z');
  const optional = (
    name: string,
    value: string | undefined,
    option: keyof UpstreamOptions,
  ): Partial<UpstreamOptions> => (value === undefined ? {} : { [option]: whole(name, value) });
  return {
    do: 'serve',
    port: whole('port', values.port ?? '0'),
    host: values.host ?? '127.0.0.1',
    ledger: values.ledger,
    startAt,
    options: {
      kind,
      granularity,
      ledgerIds: ids === 'on',
      faults: values.fault ?? [],
      cachePages: values['cache-pages'] === true,
      cdn: values.cdn === true,
      gzip: values['no-gzip'] !== true,
      ...optional('seed', values.seed, 'seed'),
      ...optional('records', values.records, 'records'),
      ...optional('days', values.days, 'days'),
      ...optional('record-bytes', values['record-bytes'], 'recordBytes'),
      ...optional('page-size', values['page-size'], 'pageSize'),
      ...optional('one-stamp', values['one-stamp'], 'oneStamp'),
      ...optional('restamp', values.restamp, 'restamp'),
      ...optional('publish-late', values['publish-late'], 'publishLate'),
      ...optional('publish-after', values['publish-after'], 'publishAfterRequests'),
      ...optional('publish-after-ms', values['publish-after-ms'], 'publishAfterMs'),
      ...optional('token-ttl', values['token-ttl'], 'tokenTtl'),
      ...optional('sets', values.sets, 'sets'),
      ...optional('inflate-total', values['inflate-total'], 'inflateTotal'),
      ...optional('retry-after', values['retry-after'], 'retryAfter'),
      ...optional('slow-ms', values['slow-ms'], 'slowMs'),
      ...optional('drip-bytes', values['drip-bytes'], 'dripBytesPerSecond'),
    },
  };
}

type Values = ReturnType<typeof parseArgs<{ options: typeof flags }>>['values'];

function parse(argv: readonly string[]): Values {
  try {
    return parseArgs({ args: [...argv], options: flags, strict: true, allowPositionals: false }).values;
  } catch (error) {
    throw wrong(error instanceof Error ? error.message : String(error), 'see --help');
  }
}

const atLeastOne = new Set(['page-size', 'days', 'record-bytes', 'drip-bytes']);

function whole(name: string, value: string): number {
  const number = Number(value);
  const least = atLeastOne.has(name) ? 1 : 0;
  if (!/^\d{1,12}$/.test(value) || number < least || (name === 'port' && number > 65_535))
    throw wrong(`--${name} "${value}" is not a whole number in range`, `write a number from ${least}`);
  return number;
}

function wrong(message: string, hint: string): UpstreamError {
  return new UpstreamError('ERR_UPSTREAM_OPTION', message, hint);
}
