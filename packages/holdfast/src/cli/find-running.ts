import { join } from 'node:path';
import type { Config, Flags, ResolvedConfig } from '../config/index.ts';
import { listRunning, type Registered } from '../daemon/registry.ts';
import type { Io } from './io.ts';
import { plain } from './terminal/escape.ts';
import { usageError } from './usage-error.ts';

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

/**
 * Where the supervisors of this user are listed: in the user's state folder, which has the same name for a service of
 * the machine as in a terminal, and stays when a session ends.
 */
export function registryFolder({ stateDir }: Pick<Config, 'stateDir'>): string {
  return join(stateDir, 'running');
}

/** The supervisors of this user that run now. */
export function runningSupervisors(config: Pick<Config, 'stateDir'>): readonly Registered[] {
  return listRunning(registryFolder(config));
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
  const running = runningSupervisors(resolved.config);
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
