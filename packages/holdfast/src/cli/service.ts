import { nearest } from '../config/index.ts';
import { askEngine } from '../control/ask.ts';
import { HoldfastError } from '../model/error.ts';
import { EXIT } from '../model/exit-code.ts';
import type { Scope, ServiceSetup } from '../service/index.ts';
import { install, planInstall, planUninstall, standingOfService, uninstall } from '../service/index.ts';
import { writeLine } from './io.ts';
import { confirm } from './service/confirm.ts';
import { serviceSetup } from './service/setup.ts';
import {
  installAsData,
  shownInstall,
  shownStanding,
  shownUninstall,
  uninstallAsData,
} from './service/show.ts';
import { usageError } from './usage-error.ts';
import type { Call, Register } from './verb.ts';

interface ServiceOptions {
  readonly dryRun?: boolean;
  readonly system?: boolean;
  readonly json?: boolean;
  readonly yes?: boolean;
}

type Work = (call: Call<ServiceOptions>, setup: ServiceSetup, scope: Scope) => Promise<number>;

const ACTIONS: Readonly<Record<string, Work>> = {
  install: installService,
  uninstall: uninstallService,
  status: statusOfService,
};

/** `service`: what the operating system starts by itself and brings back when it dies. */
export const register: Register = (command, run) => {
  command
    .option('--dry-run', 'show what would be done and change nothing')
    .option('--system', 'for the machine, from its start on, instead of for your sessions')
    .option('--json', 'print one JSON object')
    .option('--yes', 'do not ask')
    .addHelpText('after', '\nActions: install, uninstall, status.')
    .action(
      run<ServiceOptions>(async (call, action = '') => {
        const work = Object.hasOwn(ACTIONS, action) ? ACTIONS[action] : undefined;
        if (work === undefined) throw unknownAction(action);
        const scope = call.options.system === true ? 'system' : 'user';
        return work(call, await serviceSetup(call, scope), scope);
      }),
    );
};

async function installService(
  call: Call<ServiceOptions>,
  setup: ServiceSetup,
  scope: Scope,
): Promise<number> {
  const { io, options } = call;
  const plan = await planInstall(setup, scope, { onlyToShow: options.dryRun === true });
  const asData = options.json === true;
  if (!asData) await writeLine(io.out, shownInstall(plan));
  if (options.dryRun === true) {
    if (asData) await writeLine(io.out, JSON.stringify(installAsData(plan), null, 2));
    return EXIT.ok;
  }
  refuseWithoutRoot(setup, scope, 'install');
  if (plan.previous === null) await refuseWhileRunning(call, setup);
  if (!(await agreed(call, 'Install this?'))) return EXIT.ok;
  const { running } = await install(setup, plan);
  if (asData) await writeLine(io.out, JSON.stringify({ ...installAsData(plan), running }, null, 2));
  else await writeLine(io.out, `\nInstalled${running ? ', and it runs' : ''}. See: holdfast service status`);
  return EXIT.ok;
}

async function uninstallService(
  call: Call<ServiceOptions>,
  setup: ServiceSetup,
  scope: Scope,
): Promise<number> {
  const { io, options } = call;
  const plan = planUninstall(setup, scope);
  const asData = options.json === true;
  if (plan === null) {
    await writeLine(io.out, asData ? 'null' : 'No service is installed: there is nothing to remove.');
    return EXIT.ok;
  }
  await writeLine(io.out, asData ? JSON.stringify(uninstallAsData(plan), null, 2) : shownUninstall(plan));
  if (options.dryRun === true) return EXIT.ok;
  refuseWithoutRoot(setup, scope, 'uninstall');
  if (!(await agreed(call, 'Remove this?'))) return EXIT.ok;
  await uninstall(setup, plan);
  if (!asData) await writeLine(io.out, '\nRemoved.');
  return EXIT.ok;
}

async function statusOfService(
  { io, options }: Call<ServiceOptions>,
  setup: ServiceSetup,
  scope: Scope,
): Promise<number> {
  const standing = await standingOfService(setup, scope);
  await writeLine(
    io.out,
    options.json === true ? JSON.stringify(standing, null, 2) : shownStanding(standing),
  );
  return standing.running ? EXIT.ok : EXIT.notRunning;
}

async function agreed({ io, options }: Call<ServiceOptions>, question: string): Promise<boolean> {
  if (options.yes === true || options.json === true || (await confirm(io, `\n${question}`))) return true;
  await writeLine(io.out, 'Nothing was changed.');
  return false;
}

function unknownAction(action: string): HoldfastError {
  const names = Object.keys(ACTIONS);
  const meant = nearest(action, names);
  return usageError(
    `There is no action "${action}".`,
    meant === undefined ? `Actions: ${names.join(', ')}.` : `Did you mean ${meant}?`,
  );
}

function refuseWithoutRoot({ world }: ServiceSetup, scope: Scope, action: string): void {
  if (scope === 'user' || world.uid === undefined || world.uid === 0) return;
  throw new HoldfastError('ERR_SERVICE_ROOT', 'A service of the machine takes the rights of root.', {
    hint: `Run: sudo env "PATH=$PATH" holdfast service ${action} --system`,
  });
}

/** A second engine of the same data folder would only wait for the first to end. */
async function refuseWhileRunning({ io }: Call<unknown>, { resolved }: ServiceSetup): Promise<void> {
  for (const part of ['supervisor', 'engine'] as const) {
    const { type } = await askEngine(io, resolved.config.dataDir, { verb: 'status', part, patience: 2000 });
    if (type === 'nobody') continue;
    throw new HoldfastError('ERR_SERVICE_RUNNING', `Holdfast runs already for ${resolved.config.dataDir}.`, {
      hint: 'End it first (holdfast stop, or Ctrl-C where it runs), then install the service.',
    });
  }
}
