import { existsSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { covered } from '../../../../test/needs.ts';
import {
  install,
  planInstall,
  planUninstall,
  shownSteps,
  standingOfService,
  uninstall,
} from '../../src/service/index.ts';
import type { InstallPlan, Scope, ServiceStanding } from '../../src/service/index.ts';
import { shownInstall } from '../../src/cli/service/show.ts';
import { makeMachine } from './service/machine.ts';
import type { Machine } from './service/machine.ts';

const machines: Machine[] = [];
afterEach(() => machines.splice(0).forEach((machine) => machine.remove()));

function machineOf(platform: Parameters<typeof makeMachine>[0]): Machine {
  const machine = makeMachine(platform);
  machines.push(machine);
  return machine;
}

async function doInstall({ setup }: Machine, scope: Scope = 'user'): Promise<InstallPlan> {
  const plan = await planInstall(setup, scope);
  await install(setup, plan);
  return plan;
}

async function doUninstall({ setup }: Machine, scope: Scope = 'user'): Promise<void> {
  const plan = planUninstall(setup, scope);
  if (plan === null) throw new Error('there is nothing to remove');
  await uninstall(setup, plan);
}

const look = ({ setup }: Machine): Promise<ServiceStanding> => standingOfService(setup, 'user');

/** Files of the product below the machine's folder, relative to it. */
function files({ folder }: Machine): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => statSync(join(folder, path)).isFile())
    .filter((path) => !/^(tools|replies|lib|calls)/.test(path))
    .sort();
}

describe.skipIf(process.platform === 'win32')('systemd, by fake tools', () => {
  const UNIT = 'home/.config/systemd/user/holdfast.service';
  const QUESTIONS = /--version|show-user|systemctl --user show /;

  test('the commands that are shown are those that are run, and the questions change nothing', async () => {
    const machine = machineOf('linux');
    const plan = await doInstall(machine);
    const calls = machine.calls();
    expect(calls.filter((call) => !QUESTIONS.test(call))).toEqual(shownSteps(plan.steps));
    expect(shownSteps(plan.steps)).toEqual([
      'loginctl enable-linger ada',
      'systemctl --user daemon-reload',
      'systemctl --user enable holdfast.service',
      'systemctl --user restart holdfast.service',
    ]);
    expect(files(machine)).toEqual([UNIT, 'state/service.json']);
    expect(statSync(join(machine.folder, UNIT)).mode & 0o777).toBe(0o644);
    expect(statSync(join(machine.folder, 'state/service.json')).mode & 0o777).toBe(0o600);
  });

  test('a plan alone changes nothing', async () => {
    const machine = machineOf('linux');
    await planInstall(machine.setup, 'user');
    expect(machine.calls().filter((call) => !QUESTIONS.test(call))).toEqual([]);
    expect(files(machine)).toEqual([]);
  });

  test('removal undoes exactly that', async () => {
    const machine = machineOf('linux');
    await doInstall(machine);
    machine.calls();
    machine.reply('loginctl.show-user', '0|yes');
    await doUninstall(machine);
    expect(machine.calls().filter((call) => !QUESTIONS.test(call))).toEqual([
      'systemctl --user disable --now holdfast.service',
      'systemctl --user stop holdfast.service',
      'systemctl --user daemon-reload',
      'systemctl --user reset-failed holdfast.service',
      'loginctl disable-linger ada',
    ]);
    expect(files(machine)).toEqual([]);
  });

  const isRoot = process.getuid?.() === 0;
  test.skipIf(!covered('root', isRoot))('what root makes for a user belongs to that user', async () => {
    const machine = machineOf('linux');
    const { world } = machine.setup;
    const account = { ...world.account, uid: 4242, gid: 4243 };
    const setup = { ...machine.setup, world: { ...world, account, uid: 0 }, looks: { links: [] } };
    const plan = await planInstall(setup, 'user');
    await install(setup, plan);
    const made = ['state', 'state/service.json', 'user-data', 'user-data/app'].map((path) =>
      join(machine.folder, path),
    );
    for (const path of [...made, plan.record.script, plan.record.node])
      expect([path, statSync(path).uid, statSync(path).gid]).toEqual([path, 4242, 4243]);
  });

  test('lingering that was on before stays on', async () => {
    const machine = machineOf('linux');
    machine.reply('loginctl.show-user', '0|yes');
    await doInstall(machine);
    await doUninstall(machine);
    expect(machine.calls().filter((call) => /able-linger/.test(call))).toEqual([]);
  });

  test('lingering that we enabled is still ours after an upgrade', async () => {
    const machine = machineOf('linux');
    await doInstall(machine);
    machine.reply('loginctl.show-user', '0|yes');
    await doInstall(machine);
    machine.calls();
    await doUninstall(machine);
    expect(machine.calls()).toContain('loginctl disable-linger ada');
  });

  test('a command that fails undoes what was done before it and says so', async () => {
    const machine = machineOf('linux');
    machine.reply('systemctl.enable', '1|Failed to enable unit: Access denied');
    await expect(doInstall(machine)).rejects.toThrow(
      /enable holdfast\.service` ended with 1: Failed to enable unit: Access denied\nEverything is as it was before\./,
    );
    expect(machine.calls().slice(-5)).toEqual([
      'systemctl --user disable --now holdfast.service',
      'systemctl --user stop holdfast.service',
      'systemctl --user daemon-reload',
      'systemctl --user reset-failed holdfast.service',
      'loginctl disable-linger ada',
    ]);
    expect(files(machine)).toEqual([]);
  });

  test('a replacement that fails puts the former service back and starts it', async () => {
    const machine = machineOf('linux');
    await doInstall(machine);
    machine.reply('loginctl.show-user', '0|yes');
    const unit = readFileSync(join(machine.folder, UNIT), 'utf8');
    const record = readFileSync(join(machine.folder, 'state/service.json'), 'utf8');
    const changed = { ...machine.setup, version: '2.0.0', looks: { links: [] } };
    machine.reply('systemctl.restart', '1|timeout', '0|');
    machine.calls();
    const plan = await planInstall(changed, 'user');
    expect(plan.copy).not.toBeNull();
    await expect(install(changed, plan)).rejects.toThrow(/as it was before/);
    expect(files(machine)).toEqual([UNIT, 'state/service.json']);
    expect(readFileSync(join(machine.folder, UNIT), 'utf8')).toBe(unit);
    expect(readFileSync(join(machine.folder, 'state/service.json'), 'utf8')).toBe(record);
    expect(machine.calls().at(-1)).toBe('systemctl --user restart holdfast.service');
  });

  test('what could not be undone is told', async () => {
    const machine = machineOf('linux');
    machine.reply('systemctl.enable', '1|no');
    machine.reply('loginctl.disable-linger', '1|polkit says no');
    await expect(doInstall(machine)).rejects.toThrow(/Undoing it did not succeed either: .*polkit says no/);
  });

  test('commands that succeed without effect are noticed', async () => {
    const machine = machineOf('linux');
    machine.reply('systemctl.show', '0|LoadState=not-found\\nActiveState=inactive');
    await expect(doInstall(machine)).rejects.toThrow(/does not have the service/);
    expect(files(machine)).toEqual([]);
  });

  test('status tells what changed since', async () => {
    const machine = machineOf('linux');
    await doInstall(machine);
    machine.reply('loginctl.show-user', '0|yes');
    expect(await look(machine)).toMatchObject({ installed: true, running: true, pid: 4121, problems: [] });
    writeFileSync(join(machine.folder, UNIT), '[Service]\n');
    machine.reply('loginctl.show-user', '0|no');
    machine.reply(
      'systemctl.show',
      '0|LoadState=loaded\\nUnitFileState=disabled\\nActiveState=failed\\nMainPID=0',
    );
    const standing = await look(machine);
    expect(standing).toMatchObject({ fileUnchanged: false, enabled: false, running: false, pid: null });
    expect(standing.problems).toEqual([
      expect.stringContaining('was changed since it was written'),
      'Lingering is off: it ends when you log out.',
    ]);
  });

  test('an installation that was cut off is told, and can be removed', async () => {
    const machine = machineOf('linux');
    const { record } = await doInstall(machine);
    writeFileSync(join(machine.folder, 'state/service.json'), JSON.stringify(record));
    expect((await look(machine)).problems).toContain('The installation was cut off before its end.');
    await doUninstall(machine);
    expect(files(machine)).toEqual([]);
  });

  test('without its record the definition is removed, and lingering, which may not be ours, stays', async () => {
    const machine = machineOf('linux');
    await doInstall(machine);
    rmSync(join(machine.folder, 'state/service.json'));
    machine.calls();
    expect(planUninstall(machine.setup, 'user')?.warnings).toEqual([expect.stringContaining('no record')]);
    await doUninstall(machine);
    expect(files(machine)).toEqual([]);
    expect(machine.calls()).not.toContain('loginctl disable-linger ada');
  });

  test('a record of another version is not guessed at', async () => {
    const machine = machineOf('linux');
    await doInstall(machine);
    writeFileSync(join(machine.folder, 'state/service.json'), '{"format":2}');
    await expect(look(machine)).rejects.toMatchObject({ code: 'ERR_SERVICE_RECORD' });
  });

  test('a service that was installed for the machine is not removed as one of the user', async () => {
    const machine = machineOf('linux');
    await doInstall(machine);
    await expect(planInstall(machine.setup, 'system')).rejects.toThrow(/already, as a user service/);
    expect(() => planUninstall(machine.setup, 'system')).toThrow(/installed as a user service/);
  });

  test.each([
    ['systemd 255 (255.4-1ubuntu8.4)', 1],
    ['systemd 256 (256.2-1)', 1],
    ['systemd 256 (256.3-1)', 0],
    ['systemd 252 (252.39-1~deb12u2)', 0],
  ])('%s: %i warnings about lingering', async (version, warnings) => {
    const machine = machineOf('linux');
    machine.reply('systemctl.', `0|${version}`);
    const told = (await planInstall(machine.setup, 'user')).warnings;
    expect(told.filter((each) => each.includes('43361'))).toHaveLength(warnings);
  });

  test('without systemd the error says what to do; a plan to be shown only warns', async () => {
    const { setup } = machineOf('linux');
    const bare = { ...setup, world: { ...setup.world, exists: () => false } };
    await expect(planInstall(bare, 'user')).rejects.toMatchObject({
      code: 'ERR_SERVICE_NO_MANAGER',
      hint: expect.stringMatching(/holdfast start.*container/),
    });
    expect((await planInstall(bare, 'user', { onlyToShow: true })).warnings).toEqual([
      'systemd does not run on this machine. Installing would fail here.',
    ]);
  });
});

describe.skipIf(process.platform === 'win32')('launchd, by fake tools', () => {
  const PLIST = 'home/Library/LaunchAgents/local.holdfast.plist';
  const T = 'gui/501/local.holdfast';

  test('an agent: out, until it is gone, enabled, in, started; the domain is never named alone to bootout', async () => {
    const machine = machineOf('darwin');
    machine.reply(
      'launchctl.print',
      '0|state = running',
      '0|state = running',
      '113|Could not find service',
      '0|state = running',
    );
    await doInstall(machine);
    expect(machine.calls()).toEqual([
      `launchctl bootout ${T}`,
      `launchctl print ${T}`,
      `launchctl print ${T}`,
      `launchctl print ${T}`,
      `launchctl enable ${T}`,
      `launchctl bootstrap gui/501 <>/${PLIST}`,
      `launchctl kickstart ${T}`,
      `launchctl print ${T}`,
      'launchctl print-disabled gui/501',
    ]);
    expect(files(machine)).toEqual([PLIST, 'state/service.json']);
    expect(await look(machine)).toMatchObject({ running: true, enabled: true, lingering: null });
  });

  test('"Bootstrap failed: 5" is answered by out, gone, enabled and in again', async () => {
    const machine = machineOf('darwin');
    machine.reply('launchctl.bootout', '3|No such process');
    machine.reply('launchctl.print', '113|no', '113|no', '0|state = running');
    machine.reply('launchctl.bootstrap', '5|Bootstrap failed: 5: Input/output error', '0|');
    await doInstall(machine);
    expect(
      machine
        .calls()
        .slice(0, 8)
        .map((call) => call.split(' ')[1]),
    ).toEqual(['bootout', 'print', 'enable', 'bootstrap', 'bootout', 'print', 'enable', 'bootstrap']);
  });

  test('it is not answered for ever, and other failures are not at all', async () => {
    const machine = machineOf('darwin');
    machine.reply('launchctl.print', '113|no');
    machine.reply('launchctl.bootstrap', '5|Bootstrap failed: 5: Input/output error');
    await expect(doInstall(machine)).rejects.toThrow(/Bootstrap failed: 5/);
    expect(machine.calls().filter((call) => call.includes('bootstrap'))).toHaveLength(5);
    machine.reply(
      'launchctl.bootstrap',
      '125|Bootstrap failed: 125: Domain does not support specified action',
    );
    await expect(doInstall(machine)).rejects.toThrow(/125/);
    expect(machine.calls().filter((call) => call.includes('bootstrap'))).toHaveLength(1);
    expect(files(machine)).toEqual([]);
  });

  test('removal: out, until it is gone, and what launchd wrote for it goes too', async () => {
    const machine = machineOf('darwin');
    machine.reply('launchctl.print', '113|no', '0|state = running', '0|state = running', '113|no');
    await doInstall(machine);
    writeFileSync(join(machine.folder, 'state/service.log'), 'something');
    machine.calls();
    await doUninstall(machine);
    expect(machine.calls()).toEqual([
      `launchctl print ${T}`,
      'launchctl print-disabled gui/501',
      `launchctl bootout ${T}`,
      `launchctl print ${T}`,
    ]);
    expect(files(machine)).toEqual([]);
  });

  test('a daemon belongs to the domain of the system and names its user', async () => {
    const plan = await planInstall(machineOf('darwin').setup, 'system');
    expect(plan.files[0]).toMatchObject({ path: '/Library/LaunchDaemons/local.holdfast.plist', mode: 0o644 });
    expect(plan.files[0]?.content).toMatch(/<key>UserName<\/key>\s*<string>ada<\/string>/);
    expect(shownSteps(plan.steps)).toContain(
      'launchctl bootstrap system /Library/LaunchDaemons/local.holdfast.plist',
    );
  });

  test('a label that was disabled by hand is told as not enabled', async () => {
    const machine = machineOf('darwin');
    machine.reply('launchctl.print-disabled', '0|\\t\\t"local.holdfast" => disabled');
    expect(await look(machine)).toMatchObject({ enabled: false });
  });
});

describe.skipIf(process.platform === 'win32')('Task Scheduler, by fake tools', () => {
  test('ends, creates from the file, runs; the file is UTF-16 and its variables stand beside it', async () => {
    const machine = machineOf('win32');
    await doInstall(machine);
    expect(machine.calls()).toEqual([
      'schtasks /End /TN Holdfast',
      'schtasks /Create /TN Holdfast /XML <>/state/service-task.xml /F',
      'schtasks /Run /TN Holdfast',
      "powershell -NoProfile -NonInteractive -Command [string](Get-ScheduledTask -TaskName 'Holdfast' -ErrorAction Stop).State",
    ]);
    const xml = readFileSync(join(machine.folder, 'state/service-task.xml'));
    expect([...xml.subarray(0, 2)]).toEqual([0xff, 0xfe]);
    expect(xml.toString('utf16le')).toContain(`--env-file=${join(machine.folder, 'state/service-task.env')}`);
    expect(readFileSync(join(machine.folder, 'state/service-task.env'), 'utf8')).toContain(
      "HOLDFAST_MANAGER='task-scheduler'\n",
    );
    expect(await look(machine)).toMatchObject({
      installed: true,
      running: true,
      enabled: true,
      problems: [],
    });
  });

  test('removal ends and deletes it', async () => {
    const machine = machineOf('win32');
    await doInstall(machine);
    machine.calls();
    await doUninstall(machine);
    expect(machine.calls().slice(1)).toEqual([
      'schtasks /End /TN Holdfast',
      'schtasks /Delete /TN Holdfast /F',
    ]);
    expect(files(machine)).toEqual([]);
  });

  test('a task that is gone already is no reason not to remove the rest', async () => {
    const machine = machineOf('win32');
    await doInstall(machine);
    machine.reply('powershell.[string](Get-ScheduledTask', '1|No MSFT_ScheduledTask objects found');
    await doUninstall(machine);
    expect(files(machine)).toEqual([]);
  });

  test('the definition is shown as text, whatever its encoding', async () => {
    const shown = shownInstall(await planInstall(machineOf('win32').setup, 'user'));
    expect(shown).toContain('  <?xml version="1.0" encoding="UTF-16"?>\n');
    expect(shown).toContain("  HOLDFAST_MANAGER='task-scheduler'\n");
    expect(shown).toContain('  schtasks /Run /TN Holdfast\n');
  });

  test('refused rights are told in the words of the system', async () => {
    const machine = machineOf('win32');
    machine.reply('schtasks._Create', '1|ERROR: Access is denied.');
    await expect(doInstall(machine, 'system')).rejects.toThrow(/Access is denied/);
    expect(existsSync(join(machine.folder, 'state/service.json'))).toBe(false);
  });
});
