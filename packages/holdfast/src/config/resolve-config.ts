import { dirname, isAbsolute, resolve } from 'node:path';
import { checkFile } from './check-file.ts';
import type { Config, SourceConfig } from './config.ts';
import type { Surroundings } from './folders.ts';
import { userFolders } from './folders.ts';
import type { Origins } from './origins.ts';
import { originsOf } from './origins.ts';
import type { Flags, Override } from './overrides.ts';
import { overridesOf } from './overrides.ts';
import type { FoundFile } from './read-file.ts';
import { readConfigFile } from './read-file.ts';
import type { FileConfig } from './schema.ts';

/** Everything that decides the configuration. */
export interface ConfigInputs extends Surroundings {
  readonly flags: Flags;
  readonly cwd: string;
}

/** The configuration in effect, the file that was read and where each value comes from. */
export interface ResolvedConfig {
  readonly config: Config;
  /** Absolute path; null when no file was found. */
  readonly file: string | null;
  readonly origins: Origins;
}

/**
 * The configuration in effect: flags over `HOLDFAST_*` over the file over defaults. Reads at most one file.
 * @throws HoldfastError `ERR_CONFIG_*`; the command then exits with 78.
 */
export function resolveConfig(inputs: ConfigInputs): ResolvedConfig {
  const { flags, env, cwd } = inputs;
  const folders = userFolders(inputs);
  const overrides = overridesOf(flags, env);
  const named = flags.config ?? (env['HOLDFAST_CONFIG'] || undefined);
  const found = readConfigFile({ named, cwd, configFolder: folders.config });
  const written = withOverrides(found?.content ?? {}, overrides);
  const whereOf = (key: string): string => overrideOf(key, overrides)?.origin ?? found?.path ?? 'default';
  const values = checkFile(written, whereOf);
  const config = absolute(values, { overrides, found, cwd, folders });
  return { config, file: found?.path ?? null, origins: originsOf(config, found, overrides) };
}

/** The file's content with single values replaced; what is not an object is left for the check to refuse. */
function withOverrides(content: unknown, overrides: readonly Override[]): unknown {
  if (typeof content !== 'object' || content === null || Array.isArray(content)) return content;
  const merged: Record<string, unknown> = { ...content };
  for (const { key, value } of overrides) {
    const [head = '', tail] = key.split('.');
    if (head === 'stateDir') continue;
    if (tail === undefined) merged[head] = key === 'watchdog' || key === 'maxDisk' ? numberOr(value) : value;
    else
      merged[head] = {
        ...(merged[head] as object | undefined),
        [tail]: tail === 'port' ? numberOr(value) : value,
      };
  }
  return merged;
}

/** Variables and flags are text; a bare number means milliseconds, bytes or a port. */
function numberOr(text: string): number | string {
  return /^\d+$/.test(text) ? Number(text) : text;
}

function overrideOf(key: string, overrides: readonly Override[]): Override | undefined {
  return overrides.findLast((each) => each.key === key);
}

interface Anchors {
  readonly overrides: readonly Override[];
  readonly found: FoundFile | null;
  readonly cwd: string;
  readonly folders: { readonly data: string; readonly state: string };
}

/** Makes paths absolute: of the file, to its folder; of flags and variables, to the working folder; the store, to dataDir. */
function absolute(values: FileConfig, { overrides, found, cwd, folders }: Anchors): Config {
  const byOverride = overrideOf('dataDir', overrides) !== undefined;
  const anchor = byOverride || found === null ? cwd : dirname(found.path);
  const dataDir = values.dataDir === undefined ? folders.data : resolve(anchor, values.dataDir);
  const beside = found === null ? cwd : dirname(found.path);
  const stateDir = overrideOf('stateDir', overrides)?.value;
  const database = values.store.slice('sqlite:'.length);
  return {
    dataDir,
    stateDir: stateDir === undefined ? folders.state : resolve(cwd, stateDir),
    contact: values.contact ?? null,
    store: `sqlite:${isAbsolute(database) ? database : resolve(dataDir, database)}`,
    maxDisk: values.maxDisk ?? null,
    dashboard: values.dashboard,
    watchdog: values.watchdog,
    keepAwake: values.keepAwake,
    alerts: values.alerts,
    deadman: values.deadman ?? null,
    maxMemory: values.maxMemory ?? null,
    rawRetention: values.rawRetention,
    logs: values.logs,
    audit: values.audit,
    backup: {
      ...values.backup,
      folder: resolve(beside, values.backup.folder ?? resolve(dataDir, 'backups')),
    },
    outputs: {
      jsonl: values.outputs.jsonl === undefined ? null : resolve(beside, values.outputs.jsonl),
      summary: values.outputs.summary === undefined ? null : resolve(beside, values.outputs.summary),
    },
    share: values.share ?? null,
    sources: values.sources.map(withoutAbsent),
  };
}

/** Leaves out the keys whose value is undefined, so that a connector's own default is not hidden by them. */
function withoutAbsent(source: FileConfig['sources'][number]): SourceConfig {
  return Object.fromEntries(
    Object.entries(source).filter(([, value]) => value !== undefined),
  ) as unknown as SourceConfig;
}
