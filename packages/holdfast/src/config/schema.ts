import { z } from 'zod';
import { SOURCE_KINDS } from './config.ts';
import { publishedFloor } from './floors.ts';
import { beginning, contact, day, duration, isWebAddress, size } from './quantities.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const OAI_ONLY = ['metadataPrefix', 'set', 'until'] as const;

const timeouts = z
  .strictObject({
    connect: duration(1).default(30 * SECOND),
    firstByte: duration(1).default(15 * MINUTE),
    idle: duration(1).default(60 * SECOND),
  })
  .prefault({});

const source = z
  .strictObject({
    id: z
      .string()
      .regex(
        /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/,
        'must be 1 to 64 letters, digits, dots, hyphens or underscores',
      ),
    kind: z.enum(SOURCE_KINDS, { error: `must be one of ${SOURCE_KINDS.join(', ')}` }),
    baseUrl: z.string().refine(isWebAddress, 'must be an http:// or https:// address').optional(),
    from: beginning.default('30d'),
    every: duration(SECOND).optional(),
    minIntervalMs: duration().optional(),
    overlapDays: z.int().min(0).max(3_650).optional(),
    timeouts,
    cooldown: duration().optional(),
    enabled: z.boolean().default(true),
    expect: duration(MINUTE).optional(),
    metadataPrefix: z
      .string()
      .regex(/^[A-Za-z0-9_.!~*'()-]+$/, 'is not a metadata prefix of OAI-PMH')
      .optional(),
    set: z
      .string()
      .regex(/^[^\s]+$/, 'must not be empty or have spaces')
      .optional(),
    until: day.optional(),
  })
  .check(({ value, issues }) => {
    const complain = (key: string, message: string, code?: string): void => {
      issues.push({
        code: 'custom',
        path: [key],
        message,
        input: value,
        ...(code === undefined ? {} : { params: { code } }),
      });
    };
    if (value.kind === 'oai-pmh' && value.baseUrl === undefined) {
      complain('baseUrl', 'is missing: a source of kind oai-pmh needs the address of its endpoint');
    }
    if (value.kind === 'holdfast' && value.baseUrl === undefined) {
      complain('baseUrl', 'is missing: a source of kind holdfast needs the address of the other one');
    }
    for (const key of OAI_ONLY) {
      if (value.kind === 'oai-pmh' || value[key] === undefined) continue;
      if (key === 'set' && value.kind === 'holdfast') continue;
      complain(key, `belongs to sources of kind oai-pmh${key === 'set' ? ' and holdfast' : ''} only`);
    }
    if (value.until !== undefined && /^\d{4}-/.test(value.from) && value.until < value.from) {
      complain('until', `must not lie before from (${value.from})`);
    }
    const floor = publishedFloor(value);
    if (value.minIntervalMs !== undefined && value.minIntervalMs < floor) {
      complain(
        'minIntervalMs',
        `must be at least ${floor}, the interval that its upstream asks for`,
        'ERR_CONFIG_FLOOR',
      );
    }
  });

const KEEP_AWAKE = ['off', 'working', 'always'] as const;

const keepAwake = z
  .union(
    [
      z.enum(KEEP_AWAKE).transform((mode) => ({ mode, onBattery: false })),
      z.strictObject({ mode: z.enum(KEEP_AWAKE), onBattery: z.boolean().default(false) }),
    ],
    { error: 'must be "off", "working", "always" or { "mode": …, "onBattery": true }' },
  )
  .prefault('off');

const variable = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'must be the name of an environment variable');
const webAddress = z.string().refine(isWebAddress, 'must be an http:// or https:// address');

const channel = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('webhook'),
    url: webAddress,
    secretEnv: variable.nullable().default(null),
  }),
  z.strictObject({ type: z.literal('command'), command: z.array(z.string().min(1)).min(1) }),
  z.strictObject({ type: z.literal('desktop') }),
  z.strictObject({
    type: z.literal('email'),
    to: z.array(contact).min(1),
    from: contact,
    smtp: z
      .string()
      .regex(/^smtps?:\/\/[^@\s]+$/, 'must be smtp://host:port or smtps://host:port, without a password'),
    userEnv: variable.nullable().default(null),
    passwordEnv: variable.nullable().default(null),
  }),
]);

const alerts = z
  .strictObject({
    channels: z.array(channel).default([]),
    outageAfter: duration().prefault('15m'),
    diskDays: z.number().min(0).default(7),
  })
  .prefault({});

const logs = z
  .strictObject({
    maxSize: size.prefault('10MB'),
    maxAge: duration(MINUTE).prefault('7d'),
    maxTotal: size.prefault('100MB'),
  })
  .prefault({});

const orOff = (fallback: string, smallest: number) =>
  z.union([z.literal('off').transform(() => null), duration(smallest)]).prefault(fallback);

const audit = z
  .strictObject({ every: orOff('7d', 60 * MINUTE), requests: z.int().min(1).max(100_000).default(200) })
  .prefault({});

const backup = z
  .strictObject({
    every: orOff('off', MINUTE),
    keep: z.int().min(1).max(1_000).default(7),
    folder: z.string().min(1).optional(),
  })
  .prefault({});

const outputs = z
  .strictObject({ jsonl: z.string().min(1).optional(), summary: z.string().min(1).optional() })
  .prefault({});

/** The configuration file. Paths are still as written; defaults that depend on the user are filled in later. */
export const fileSchema = z.strictObject({
  dataDir: z.string().min(1).optional(),
  contact: contact.optional(),
  store: z
    .string()
    .regex(/^sqlite:.+/, 'must be "sqlite:" and the name of a file, such as "sqlite:holdfast.db"')
    .default('sqlite:holdfast.db'),
  maxDisk: size.optional(),
  dashboard: z
    .strictObject({
      host: z.string().min(1).default('127.0.0.1'),
      port: z.int().min(0).max(65_535).default(4848),
    })
    .prefault({}),
  watchdog: duration(5 * SECOND).default(30 * SECOND),
  keepAwake,
  alerts,
  deadman: z.strictObject({ url: webAddress, every: duration(10 * SECOND).prefault('5m') }).optional(),
  maxMemory: size.optional(),
  rawRetention: z.union([z.literal('all').transform(() => null), duration(24 * 60 * MINUTE)]).prefault('all'),
  logs,
  audit,
  backup,
  outputs,
  share: z
    .strictObject({ host: z.string().min(1), port: z.int().min(0).max(65_535).default(4849) })
    .optional(),
  sources: z
    .array(source)
    .min(1, 'must name at least one source')
    .check(({ value, issues }) => {
      value.forEach(({ id }, index) => {
        if (value.findIndex((other) => other.id.toLowerCase() === id.toLowerCase()) === index) return;
        issues.push({ code: 'custom', path: [index, 'id'], message: `"${id}" is used twice`, input: id });
      });
    })
    .prefault([
      { id: 'arxiv', kind: 'arxiv', from: '30d' },
      { id: 'biorxiv', kind: 'biorxiv', from: '30d' },
    ]),
});

/** A checked configuration file with its defaults. */
export type FileConfig = z.output<typeof fileSchema>;

/** The keys that may stand at a place of the file, for suggestions. */
export const KNOWN_KEYS: Readonly<Record<string, readonly string[]>> = {
  '': Object.keys(fileSchema.shape),
  dashboard: ['host', 'port'],
  sources: Object.keys(source.shape),
  timeouts: ['connect', 'firstByte', 'idle'],
  keepAwake: ['mode', 'onBattery'],
  alerts: ['channels', 'outageAfter', 'diskDays'],
  channels: ['type', 'url', 'secretEnv', 'command', 'to', 'from', 'smtp', 'userEnv', 'passwordEnv'],
  deadman: ['url', 'every'],
  logs: ['maxSize', 'maxAge', 'maxTotal'],
  audit: ['every', 'requests'],
  backup: ['every', 'keep', 'folder'],
  outputs: ['jsonl', 'summary'],
  share: ['host', 'port'],
};
