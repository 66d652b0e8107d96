import { join } from 'node:path';
import type { ResolvedConfig } from '../config/index.ts';
import { HoldfastError } from '../model/error.ts';
import type { ServiceManager } from './manager.ts';
import { launchdManager } from './managers/launchd.ts';
import { systemdManager } from './managers/systemd.ts';
import { taskManager } from './managers/task-scheduler.ts';
import type { Scope } from './names.ts';
import type { NodeLooks } from './node-path.ts';
import type { ServiceFolders, ServiceWorld } from './world.ts';

/** Everything that installing, removing and looking at a service needs. */
export interface ServiceSetup {
  readonly world: ServiceWorld;
  readonly folders: ServiceFolders;
  readonly resolved: ResolvedConfig;
  /** The folder of the package `holdfast` that runs now. */
  readonly root: string;
  readonly execPath: string;
  readonly version: string;
  /** How Node's stable links are found; left out outside tests. */
  readonly looks?: NodeLooks;
}

/**
 * What keeps services running on this system.
 * @throws HoldfastError `ERR_SERVICE_NO_MANAGER` on a system for which there is none
 */
export function managerOf(
  { world, folders }: Pick<ServiceSetup, 'world' | 'folders'>,
  scope: Scope,
): ServiceManager {
  if (world.platform === 'linux') return systemdManager(world, scope, join(folders.config, '..'));
  if (world.platform === 'darwin') return launchdManager(world, scope, folders);
  if (world.platform === 'win32') return taskManager(world, scope, folders);
  throw new HoldfastError('ERR_SERVICE_NO_MANAGER', `There is no service for ${world.platform}.`, {
    hint: 'Use `holdfast start`, or run `holdfast run` under what starts programs here.',
  });
}

/** Variables of the service that the user keeps to himself: Node reads the file when it is there. */
export function secretsFile(folders: ServiceFolders): string {
  return join(folders.config, 'service.env');
}
