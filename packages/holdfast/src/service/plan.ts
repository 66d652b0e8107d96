import { existsSync } from 'node:fs';
import { join, sep } from 'node:path';
import { HoldfastError } from '../model/error.ts';
import { SUPERVISOR_NODE_OPTIONS } from '../model/supervisor-program.ts';
import { serviceEnvironment } from './environment.ts';
import { sha256 } from './files.ts';
import type { PlannedFile, ServiceManager } from './manager.ts';
import type { Scope } from './names.ts';
import { projectOf } from './node-path.ts';
import type { CopyPlan } from './program.ts';
import { planProgram } from './program.ts';
import type { ServiceRecord } from './record.ts';
import { readRecord } from './record.ts';
import type { ServiceSetup } from './setup.ts';
import { managerOf, secretsFile } from './setup.ts';
import type { Step } from './step.ts';
import { shownSteps } from './step.ts';

/** What an installation will do, to be shown first. Nothing has been changed yet. */
export interface InstallPlan {
  readonly manager: ServiceManager;
  readonly files: readonly PlannedFile[];
  readonly copy: CopyPlan | null;
  readonly steps: readonly Step[];
  readonly warnings: readonly string[];
  /** What will stand in the record. */
  readonly record: ServiceRecord;
  /** What stands in it now; null when nothing is installed. */
  readonly previous: ServiceRecord | null;
}

/**
 * Plans an installation, or the replacement of one. With `onlyToShow` a machine without the manager is a warning.
 * @throws HoldfastError `ERR_SERVICE_*` when it cannot be done here
 */
export async function planInstall(
  setup: ServiceSetup,
  scope: Scope,
  { onlyToShow = false }: { readonly onlyToShow?: boolean } = {},
): Promise<InstallPlan> {
  const { world, folders, resolved } = setup;
  const manager = managerOf(setup, scope);
  const previous = readRecord(folders.state);
  if (previous !== null && previous.scope !== scope) throw otherScope(previous);
  const checked = await (onlyToShow ? manager.check().catch(asWarning) : manager.check());
  const program = planProgram({ ...setup, platform: world.platform, appFolder: join(folders.data, 'app') });
  const secrets = secretsFile(folders);
  const surroundings = serviceEnvironment(world, resolved, { manager: manager.kind, secretsFile: secrets });
  const files = await manager.files({
    node: program.node,
    nodeOptions: [...SUPERVISOR_NODE_OPTIONS, `--env-file-if-exists=${secrets}`],
    script: program.script,
    args: resolved.file === null ? [] : ['--config', resolved.file],
    env: surroundings.env,
    workingFolder: world.account.home,
  });
  const linger = await manager.lingerFor();
  const steps = manager.activate(linger);
  return {
    manager,
    files,
    copy: program.copy,
    steps,
    warnings: [...checked, ...program.warnings, ...surroundings.warnings, ...configWarnings(setup)],
    previous,
    record: {
      format: 1,
      complete: false,
      installedAt: new Date(world.clock.now()).toISOString(),
      version: setup.version,
      manager: manager.kind,
      scope,
      user: world.account.name,
      dataDir: resolved.config.dataDir,
      config: resolved.file,
      node: program.node,
      script: program.script,
      copy: program.copy?.folder ?? keptCopy(program.script, previous),
      files: files.map(({ path, content }) => ({ path, sha256: sha256(content) })),
      traces: manager.traces,
      linger: linger ?? previous?.linger ?? null,
      commands: shownSteps(steps),
    },
  };
}

function asWarning(error: unknown): readonly string[] {
  if (error instanceof HoldfastError) return [`${error.message} Installing would fail here.`];
  throw error;
}

/** A copy that is installed from itself stays ours. */
function keptCopy(script: string, previous: ServiceRecord | null): string | null {
  const copy = previous?.copy ?? null;
  return copy !== null && script.startsWith(copy + sep) ? copy : null;
}

function configWarnings({ resolved, root }: ServiceSetup): readonly string[] {
  const { file } = resolved;
  if (file === null) return [];
  const checkout = projectOf(root, existsSync);
  if (checkout === null || !file.startsWith(checkout + sep)) return [];
  return [
    `The configuration ${file} lies in the checkout: without it the service does not start. A better place is the user's configuration folder.`,
  ];
}

function otherScope({ scope }: ServiceRecord): HoldfastError {
  const system = scope === 'system';
  return new HoldfastError('ERR_SERVICE_SCOPE', `The service is installed already, as a ${scope} service.`, {
    hint: `Remove it first: ${system ? 'sudo ' : ''}holdfast service uninstall${system ? ' --system' : ''}`,
  });
}
