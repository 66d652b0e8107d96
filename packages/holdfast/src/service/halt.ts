import { HoldfastError } from '../model/error.ts';
import { shownCommand } from './escape.ts';
import type { Scope } from './names.ts';
import type { ServiceManager } from './manager.ts';
import { readRecord } from './record.ts';
import { managerOf, type ServiceSetup } from './setup.ts';
import { runSteps, shownSteps } from './step.ts';

/** An installed service that can be ended without its manager bringing it back. */
export interface Halt {
  readonly manager: ServiceManager;
  readonly scope: Scope;
  /** What starts it again, as lines for people. */
  readonly start: readonly string[];
}

/**
 * The installed service that works in a data folder; null when none was installed for it.
 * @throws HoldfastError `ERR_SERVICE_RECORD` when the record of the installation cannot be understood
 */
export function planHalt(setup: ServiceSetup, dataDir: string): Halt | null {
  const record = readRecord(setup.folders.state);
  if (record === null || record.dataDir !== dataDir) return null;
  const manager = managerOf(setup, record.scope);
  return { manager, scope: record.scope, start: shownSteps(manager.start) };
}

/**
 * Ends the service through its manager, or at least keeps that from starting it anew when it ends.
 * @throws HoldfastError `ERR_MANAGED` when that takes the rights of root, `ERR_SERVICE_STEP` when a command fails
 */
export async function halt({ world }: ServiceSetup, { manager, scope }: Halt): Promise<void> {
  const mayNot = scope === 'system' && world.uid !== undefined && world.uid !== 0;
  if (!mayNot) return runSteps(manager.halt, world);
  const [first] = manager.halt;
  throw new HoldfastError('ERR_MANAGED', 'It runs as a service of the machine, which only root may end.', {
    hint: `Run: sudo ${first === undefined ? '' : shownCommand(first.argv)}`,
  });
}
