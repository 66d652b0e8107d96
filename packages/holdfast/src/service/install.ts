import { dirname, join } from 'node:path';
import { HoldfastError } from '../model/error.ts';
import { copyProgram } from './copy-program.ts';
import { contentOf, giveTo, makeFolder, remove, removeEmpty, writeWhole } from './files.ts';
import type { Standing } from './manager.ts';
import type { InstallPlan } from './plan.ts';
import { recordPath, writeRecord } from './record.ts';
import type { ServiceSetup } from './setup.ts';
import { runSteps, trySteps } from './step.ts';

/**
 * Carries out a plan: copies the program, writes the files, runs the commands, and looks whether the manager has the
 * service. When something fails, everything is as it was before, a replaced installation included.
 * @throws HoldfastError `ERR_SERVICE_INSTALL`, with what failed and what became of the undoing
 */
export async function install(setup: ServiceSetup, plan: InstallPlan): Promise<Standing> {
  const { world, folders } = setup;
  const before = plan.files.map(({ path }) => ({ path, content: contentOf(path) }));
  let copied = false;
  try {
    makeFolder(world.account, world.uid, folders.state);
    if (plan.copy !== null) makeFolder(world.account, world.uid, dirname(plan.copy.folder));
    copied = plan.copy !== null && copyProgram(plan.copy, world.platform);
    if (plan.copy !== null) giveTo(world.account, world.uid, plan.copy.folder);
    writeRecord(folders.state, plan.record);
    giveTo(world.account, world.uid, recordPath(folders.state));
    for (const file of plan.files) writeWhole(file);
    await runSteps(plan.steps, world);
    const standing = await verify(plan);
    finish(setup, plan);
    return standing;
  } catch (error) {
    throw failure(error, await undo(setup, plan, before, copied));
  }
}

async function verify({ manager }: InstallPlan): Promise<Standing> {
  const standing = await manager.look();
  if (standing.loaded) return standing;
  throw new HoldfastError(
    'ERR_SERVICE_STEP',
    `The commands succeeded, but ${manager.kind} does not have the service.`,
  );
}

/** The record is complete; what only the replaced installation needed goes. */
function finish({ folders, world }: ServiceSetup, { record, previous }: InstallPlan): void {
  writeRecord(folders.state, { ...record, complete: true });
  giveTo(world.account, world.uid, recordPath(folders.state));
  const kept = record.files.map(({ path }) => path);
  for (const { path } of previous?.files ?? []) if (!kept.includes(path)) remove(path);
  if (previous?.copy && previous.copy !== record.copy) remove(previous.copy);
}

interface Before {
  readonly path: string;
  readonly content: Uint8Array | null;
}

/** Undoes a half-done installation and returns the sentences of what could not be undone. */
async function undo(
  { world, folders }: ServiceSetup,
  { manager, files, copy, record, previous }: InstallPlan,
  before: readonly Before[],
  copied: boolean,
): Promise<readonly string[]> {
  const wasThere = before.some(({ content }) => content !== null);
  const enabledNow = record.linger === previous?.linger ? null : record.linger;
  const failures: string[] = [];
  if (!wasThere) await trySteps(manager.deactivate, world);
  for (const { path, content } of before) {
    const mode = files.find((file) => file.path === path)?.mode ?? 0o644;
    if (content === null) remove(path);
    else writeWhole({ path, content, mode });
  }
  failures.push(...(await trySteps(manager.forget(enabledNow), world)));
  if (wasThere) failures.push(...(await trySteps(manager.activate(null), world)));
  if (copied && copy !== null) remove(copy.folder);
  removeEmpty(join(folders.data, 'app'));
  if (previous === null) remove(recordPath(folders.state));
  else writeRecord(folders.state, previous);
  return failures;
}

function failure(error: unknown, undone: readonly string[]): HoldfastError {
  const said = error instanceof Error ? error.message : String(error);
  const result =
    undone.length === 0
      ? 'Everything is as it was before.'
      : `Undoing it did not succeed either: ${undone.join('; ')}`;
  return new HoldfastError('ERR_SERVICE_INSTALL', `The service was not installed: ${said}\n${result}`, {
    hint: 'Mend what is told above and install again; `holdfast start` works without a service.',
    cause: error,
  });
}
