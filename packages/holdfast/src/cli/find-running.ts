import { dirname, join } from 'node:path';
import type { Flags, ResolvedConfig } from '../config/index.ts';
import { controlPath } from '../control/control-path.ts';
import { listRunning, type Registered } from '../daemon/registry.ts';
import type { Io } from './io.ts';
import { plain } from './terminal/escape.ts';
import { usageError } from './usage-error.ts';

type Place = Pick<Io, 'platform' | 'env' | 'tmp' | 'uid'>;

/** Verbs that ask whoever runs, from whatever folder they are called. */
const OF_THE_RUNNING = new Set([
  'status',
  'stop',
  'restart',
  'logs',
  'incidents',
  'pause',
  'resume',
  'retry',
]);

/** Where the supervisors of this user are listed: beside their sockets. */
export function registryFolder({ platform, env, tmp, uid }: Place, dataDir = tmp): string {
  if (platform === 'win32') return join(tmp, 'holdfast-running');
  return dirname(controlPath({ dataDir, platform, env, tmp, uid }));
}

/** The supervisors of this user that run now. */
export function runningSupervisors(io: Place): readonly Registered[] {
  return listRunning(registryFolder(io));
}

/**
 * The configuration that a verb is about when nothing names one (no flag, no variable, no file, and nothing runs in
 * the default data folder): that of the only supervisor that runs, which is named on standard error.
 * @throws HoldfastError `ERR_USAGE` when several run.
 */
export function ofTheRunning(
  io: Io,
  verb: string,
  resolved: ResolvedConfig,
  resolveWith: (flags: Flags) => ResolvedConfig,
): ResolvedConfig {
  const named =
    resolved.file !== null ||
    resolved.origins.some(({ key, origin }) => key === 'dataDir' && origin !== 'default');
  if (named || !OF_THE_RUNNING.has(verb)) return resolved;
  const running = runningSupervisors(io);
  if (running.length === 0 || running.some(({ dataDir }) => dataDir === resolved.config.dataDir))
    return resolved;
  const [only, ...others] = running;
  if (only === undefined) return resolved;
  if (others.length > 0) {
    const folders = running.map(({ dataDir }) => `  ${plain(dataDir)}`).join('\n');
    throw usageError(
      `Several engines run; say which one is meant:\n${folders}`,
      'Name it with --data-dir FOLDER or --config FILE.',
    );
  }
  io.err.write(`holdfast: this is about the engine of ${plain(only.dataDir)}\n`);
  return resolveWith(only.flags);
}
