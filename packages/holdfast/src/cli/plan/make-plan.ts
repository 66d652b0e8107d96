import { join } from 'node:path';
import { configError, type Config, type ResolvedConfig } from '../../config/index.ts';
import { controlPath } from '../../control/control-path.ts';
import type { ChildSpec, Plan } from '../../daemon/plan.ts';
import { readVersion } from '../../version.ts';
import { partPath } from '../by-path.ts';
import { registryFolder } from '../find-running.ts';
import type { Io } from '../io.ts';

/** What a run is to do, beside its configuration. */
export interface Purpose {
  /** End when caught up. */
  readonly once: boolean;
  /** Wall ms. */
  readonly startedAt: number;
  /** Only these sources. */
  readonly sources?: readonly string[];
  /** Whether the supervisor writes log files. */
  readonly logged: boolean;
}

/** The place of a supervisor, as far as it decides where it is found. */
type Place = Pick<Io, 'platform' | 'env' | 'tmp' | 'uid'>;

/**
 * Everything a supervisor needs to know to run this configuration.
 * @throws HoldfastError `ERR_CONFIG_INVALID` when every source is disabled: such a run would end at once, as if done.
 */
export function makePlan(
  io: Place,
  { config, file }: Pick<ResolvedConfig, 'config' | 'file'>,
  purpose: Purpose,
): Plan {
  if (!config.sources.some(({ enabled }) => enabled)) throw nothingToHarvest(file);
  const { dataDir, store, logs } = config;
  const { platform, env, tmp, uid } = io;
  const place = { dataDir, platform, env, tmp, uid };
  const name = controlPath(place)
    .replace(/^.*[\\/]/, '')
    .replace(/\.sock$/, '');
  return {
    version: readVersion(),
    dataDir,
    control: controlPath({ ...place, part: 'supervisor' }),
    registry: join(registryFolder(config), `${name}.json`),
    flags: { dataDir, store, ...(file === null ? {} : { config: file }) },
    log: purpose.logged ? { file: logFileOf(config), ...logs } : null,
    children: childrenOf(config, purpose),
  };
}

/** The log file that is written to; older ones lie beside it. */
export function logFileOf({ dataDir }: Pick<Config, 'dataDir'>): string {
  return join(dataDir, 'logs', 'holdfast.log');
}

function nothingToHarvest(file: string | null): Error {
  const problem = 'are all disabled, so that nothing would be harvested';
  return configError([{ code: 'ERR_CONFIG_INVALID', key: 'sources', problem, where: file ?? 'default' }]);
}

function childrenOf(config: Config, { once, startedAt, sources }: Purpose): readonly ChildSpec[] {
  const common = { execArgv: process.execArgv, watchdogMs: config.watchdog };
  const engine: ChildSpec = {
    ...common,
    name: 'engine',
    main: true,
    file: partPath('engine/main'),
    start: { type: 'start', config, once, startedAt, ...(sources === undefined ? {} : { sources }) },
    maxMemory: config.maxMemory,
    ready: 'event',
  };
  const server: ChildSpec = {
    ...common,
    name: 'server',
    main: false,
    file: partPath('server/main'),
    start: { type: 'start', config },
    maxMemory: config.maxMemory,
    ready: 'heartbeat',
  };
  // A run that ends has nobody to serve.
  return once ? [engine] : [engine, server];
}
