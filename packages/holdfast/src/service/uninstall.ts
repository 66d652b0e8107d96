import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { HoldfastError } from '../model/error.ts';
import { contentOf, remove, removeEmpty, sha256 } from './files.ts';
import type { ServiceManager } from './manager.ts';
import type { Scope } from './names.ts';
import type { ServiceRecord } from './record.ts';
import { readRecord, recordPath } from './record.ts';
import type { ServiceSetup } from './setup.ts';
import { managerOf } from './setup.ts';
import type { Step } from './step.ts';
import { runSteps } from './step.ts';

/** What the removal of a service will do, to be shown first. */
export interface UninstallPlan {
  readonly manager: ServiceManager;
  readonly before: readonly Step[];
  /** Files and folders that go. */
  readonly paths: readonly string[];
  readonly after: readonly Step[];
  readonly warnings: readonly string[];
  /** The data, which stay. */
  readonly dataDir: string;
}

/**
 * Plans to undo what was recorded. Without a record, a definition in our place is removed all the same, with nothing
 * else. Null when there is neither.
 * @throws HoldfastError `ERR_SERVICE_SCOPE` when it was installed for the other scope
 */
export function planUninstall(setup: ServiceSetup, scope: Scope): UninstallPlan | null {
  const { folders, resolved } = setup;
  const record = readRecord(folders.state);
  if (record !== null && record.scope !== scope) throw otherScope(record);
  const manager = managerOf(setup, scope);
  if (record === null && !existsSync(manager.file)) return null;
  const files = record?.files.map(({ path }) => path) ?? [manager.file];
  return {
    manager,
    before: manager.deactivate,
    paths: [
      ...files,
      ...(record?.traces ?? []),
      ...(record?.copy ? [record.copy] : []),
      recordPath(folders.state),
    ],
    after: manager.forget(record?.linger ?? null),
    warnings: record === null ? [NO_RECORD] : changedFiles(record),
    dataDir: record?.dataDir ?? resolved.config.dataDir,
  };
}

/**
 * Carries out the removal. The record goes last, so that what fails can be tried again.
 * @throws HoldfastError `ERR_SERVICE_STEP` when a command fails
 */
export async function uninstall({ world, folders }: ServiceSetup, plan: UninstallPlan): Promise<void> {
  const known = (await plan.manager.look()).loaded;
  if (known) await runSteps(plan.before, world);
  for (const path of plan.paths) if (path !== recordPath(folders.state)) remove(path);
  removeEmpty(join(folders.data, 'app'));
  await runSteps(plan.after, world);
  remove(recordPath(folders.state));
}

/** Files of an installation that are not as they were written, each as a sentence. */
export function changedFiles({ files }: ServiceRecord): readonly string[] {
  return files.flatMap(({ path, sha256: written }) => {
    const content = contentOf(path);
    if (content === null) return [`${path} is gone.`];
    return sha256(content) === written ? [] : [`${path} was changed since it was written.`];
  });
}

const NO_RECORD =
  'There is no record of the installation, so only the definition is removed: lingering and copies of the program stay as they are.';

function otherScope({ scope }: ServiceRecord): HoldfastError {
  return new HoldfastError('ERR_SERVICE_SCOPE', `The service is installed as a ${scope} service.`, {
    hint: scope === 'system' ? 'Add --system.' : 'Leave out --system.',
  });
}
