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
    for (const key of OAI_ONLY) {
      if (value.kind !== 'oai-pmh' && value[key] !== undefined)
        complain(key, 'belongs to sources of kind oai-pmh only');
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
export const KNOWN_KEYS: Readonly<Record<'' | 'dashboard' | 'sources' | 'timeouts', readonly string[]>> = {
  '': Object.keys(fileSchema.shape),
  dashboard: ['host', 'port'],
  sources: Object.keys(source.shape),
  timeouts: ['connect', 'firstByte', 'idle'],
};
