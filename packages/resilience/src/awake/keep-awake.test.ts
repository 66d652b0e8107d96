import { expect, test } from 'vitest';
import { VirtualClock } from '../clock/index.ts';
import { keepAwake } from './keep-awake.ts';
import { FakeMachine, fakeInhibit, lineOf } from './testing/fake-machine.ts';
import type { Behaviour } from './testing/fake-machine.ts';

const everything = ['sleep', 'idle', 'handle-lid-switch'];

function linux(granted: readonly string[], flags?: string): FakeMachine {
  return new FakeMachine('linux', { 'systemd-inhibit': fakeInhibit(granted, flags) });
}

function holders(machine: FakeMachine): string[] {
  return machine.alive
    .map(({ command }) => lineOf(command).replace(/\[4711\.\d+\]/, '[4711.N]'))
    .filter((line) => line.endsWith('cat'));
}

/** Waits for something that needs timers to pass. */
async function passing<T>(clock: VirtualClock, work: Promise<T>): Promise<T> {
  let isDone = false;
  void work.then(() => (isDone = true));
  for (let step = 0; step < 50 && !isDone; step += 1) await clock.advance(1_000);
  return await work;
}

test('on Linux each lock is taken by a process of its own, and the report says what the system lists', async () => {
  const machine = linux(everything);
  const awake = keepAwake({ ...machine.options, clock: new VirtualClock() });
  expect(awake.report()).toMatchObject({ level: 'not', reasons: [] });
  const hold = await awake.acquire('harvesting');
  expect(holders(machine)).toEqual(
    everything.map(
      (what) => `systemd-inhibit --what=${what} --mode=block --who=holdfast --why=harvesting [4711.N] cat`,
    ),
  );
  expect(awake.report()).toMatchObject({ level: 'prevented', missing: [], reasons: ['harvesting'] });
  expect(awake.report().held.map(({ what, proof }) => `${what} ${proof}`)).toEqual([
    'sleep listed',
    'idle listed',
    'handle-lid-switch listed',
  ]);
  await hold.release();
  expect(machine.alive).toEqual([]);
  expect(awake.report()).toMatchObject({ level: 'not', held: [], missing: [] });
});

test('a systemd that can be told never to ask for a password is told so', async () => {
  const machine = linux(everything, '     --no-ask-password   Do not attempt interactive authorization');
  const awake = keepAwake({ ...machine.options, clock: new VirtualClock() });
  await awake.acquire('x');
  expect(holders(machine)[0]).toMatch(/^systemd-inhibit --no-ask-password --what=sleep /);
  await awake.close();
});

test('what polkit refuses to a background service is reported as partly, with the reason', async () => {
  const machine = linux(['idle']);
  const awake = keepAwake({ ...machine.options, clock: new VirtualClock() });
  await awake.acquire('harvesting');
  const report = awake.report();
  expect(report.level).toBe('partly');
  expect(report.held.map(({ what }) => what)).toEqual(['idle']);
  expect(report.missing[0]).toEqual({
    what: 'sleep',
    method: 'systemd-inhibit',
    reason: 'systemd-inhibit ended with code 1: Failed to inhibit: Access denied',
    triedAgain: true,
  });
  expect(report.summary).toContain('may still fall asleep');
  await awake.close();
});

test('a lock that its holder claims and the system does not list is not reported as held', async () => {
  const inhibit = fakeInhibit(everything);
  const machine = new FakeMachine('linux', {
    'systemd-inhibit': (child, all) => {
      if (child.command.args.includes('--list')) child.exit({ code: 0 });
      else inhibit(child, all);
    },
  });
  const clock = new VirtualClock();
  const awake = keepAwake({ ...machine.options, clock });
  await passing(clock, awake.acquire('x'));
  expect(awake.report()).toMatchObject({ level: 'not', held: [] });
  expect(awake.report().summary).toContain('not among the locks');
  expect(holders(machine)).toEqual([]);
  await awake.close();
});

test('wishes are counted: the locks go with the last one, and a repeated release takes no other with it', async () => {
  const machine = linux(everything);
  const awake = keepAwake({ ...machine.options, clock: new VirtualClock() });
  const [first, second] = await Promise.all([awake.acquire('one'), awake.acquire('two')]);
  expect(awake.report().reasons).toEqual(['one', 'two']);
  expect(holders(machine)).toHaveLength(3);
  await first.release();
  await first.release();
  expect(holders(machine)).toHaveLength(3);
  await second.release();
  expect(machine.alive).toEqual([]);
  await awake.acquire('three');
  expect(holders(machine)).toHaveLength(3);
  await awake.close();
  await expect(awake.acquire('four')).rejects.toMatchObject({ code: 'ERR_AWAKE_CLOSED' });
});

test('a holder that dies is taken again after 1, 2, 4 … s, and meanwhile the lock is reported as missing', async () => {
  const machine = linux(everything);
  const clock = new VirtualClock();
  const awake = keepAwake({ ...machine.options, clock, onBattery: true });
  await awake.acquire('x');
  for (const delay of [1_000, 2_000, 4_000]) {
    const idle = machine.alive.find(({ command }) => command.args.includes('--what=idle'));
    idle?.kill();
    await clock.advance(delay - 1);
    expect(awake.report()).toMatchObject({ level: 'partly', missing: [{ what: 'idle', triedAgain: true }] });
    expect(awake.report().missing[0]?.reason).toBe('systemd-inhibit was ended by SIGKILL');
    await clock.advance(1);
    expect(awake.report().level).toBe('prevented');
  }
  expect(awake.report().held.find(({ what }) => what === 'idle')?.retaken).toBe(3);
  await awake.close();
  expect(clock.pending).toBe(0);
});

test('without systemd-inhibit nothing is claimed and nothing is tried again', async () => {
  const machine = new FakeMachine('linux', {});
  const clock = new VirtualClock();
  const awake = keepAwake({ ...machine.options, clock, onBattery: true });
  await awake.acquire('x');
  expect(awake.report().level).toBe('not');
  expect(awake.report().missing.every(({ triedAgain }) => !triedAgain)).toBe(true);
  expect(awake.report().summary).toBe(
    'The machine is not kept awake: sleep, idle, handle-lid-switch: systemd-inhibit is not on this machine.',
  );
  expect(clock.pending).toBe(0);
  await awake.close();
});

test('on battery nothing is held; when mains return the locks are taken within a minute', async () => {
  const machine = linux(everything);
  const clock = new VirtualClock();
  const supply = '/sys/class/power_supply';
  const plug = (isIn: boolean): void => {
    machine.files[`${supply}/AC/online`] = isIn ? '1\n' : '0\n';
    machine.files[`${supply}/BAT0/status`] = isIn ? 'Charging\n' : 'Discharging\n';
  };
  machine.files[`${supply}/AC/type`] = 'Mains\n';
  machine.files[`${supply}/BAT0/type`] = 'Battery\n';
  plug(false);
  const awake = keepAwake({ ...machine.options, clock });
  await awake.acquire('x');
  expect(holders(machine)).toEqual([]);
  expect(awake.report()).toMatchObject({ level: 'not', power: 'battery' });
  expect(awake.report().summary).toContain('on battery');
  plug(true);
  await clock.advance(60_000);
  expect(awake.report()).toMatchObject({ level: 'prevented', power: 'mains' });
  plug(false);
  await clock.advance(60_000);
  expect(holders(machine)).toEqual([]);
  await awake.close();
  expect(clock.pending).toBe(0);
});

const pmset =
  (isListed: boolean): Behaviour =>
  (child, machine) => {
    const holder = machine.alive.find(({ command }) => command.program === 'caffeinate');
    if (isListed && holder !== undefined && child.command.args.includes('assertions')) {
      child.say(
        `   pid ${holder.pid}(caffeinate): [0x0000a] 00:00:01 PreventUserIdleSystemSleep named: "caffeinate command-line tool"`,
      );
    }
    if (child.command.args.includes('batt')) child.say("Now drawing from 'AC Power'");
    child.exit({ code: 0 });
  };
const stays: Behaviour = () => {};

test('on macOS caffeinate is bound to this process and looked up in the assertions', async () => {
  const machine = new FakeMachine('darwin', { caffeinate: stays, pmset: pmset(true) });
  const awake = keepAwake({ ...machine.options, clock: new VirtualClock() });
  await awake.acquire('x');
  expect(machine.argv).toEqual(['pmset -g batt', 'caffeinate -i -w 4711', 'pmset -g assertions']);
  expect(awake.report()).toMatchObject({ level: 'prevented', power: 'mains' });
  expect(awake.report().held).toEqual([{ what: 'idle', method: 'caffeinate', proof: 'listed', retaken: 0 }]);
  await awake.close();
  expect(machine.alive).toEqual([]);
});

test('on macOS an assertion that is not listed is not claimed, and one that cannot be looked up only partly', async () => {
  const clock = new VirtualClock();
  const unlisted = new FakeMachine('darwin', { caffeinate: stays, pmset: pmset(false) });
  const first = keepAwake({ ...unlisted.options, clock });
  await passing(clock, first.acquire('x'));
  expect(first.report().level).toBe('not');
  const blind = new FakeMachine('darwin', { caffeinate: stays });
  const second = keepAwake({ ...blind.options, clock });
  await second.acquire('x');
  expect(second.report()).toMatchObject({ level: 'partly', held: [{ proof: 'unproved' }] });
  await Promise.all([first.close(), second.close()]);
});

const powershell: Behaviour = (child) => {
  const script = child.command.args.at(-1) ?? '';
  if (script.includes('Win32_Battery')) {
    child.say('2');
    child.exit({ code: 0 });
  } else {
    child.obeys = true;
    child.say('held\r');
  }
};
const powercfg =
  (code: number, ...lines: readonly string[]): Behaviour =>
  (child) => {
    child.say(...lines);
    child.exit({ code });
  };

test('on Windows a PowerShell thread holds the state until its input ends; without rights to list, its word counts', async () => {
  const machine = new FakeMachine('win32', { 'powershell.exe': powershell, 'powercfg.exe': powercfg(1) });
  const awake = keepAwake({ ...machine.options, clock: new VirtualClock() });
  await awake.acquire('x');
  expect(machine.argv).toEqual([
    'powershell.exe -NoLogo -NoProfile -NonInteractive -InputFormat None -Command (Get-CimInstance -ClassName Win32_Battery).BatteryStatus',
    "powershell.exe -NoLogo -NoProfile -NonInteractive -InputFormat None -Command $code = '[DllImport(~kernel32.dll~)] public static extern uint SetThreadExecutionState(uint flags);' -replace '~', [char]34; $api = Add-Type -MemberDefinition $code -Name Power -Namespace Awake -PassThru; if ($api::SetThreadExecutionState([uint32]2147483649) -eq 0) { exit 1 }; [Console]::Out.WriteLine('held'); while ($null -ne [Console]::In.ReadLine()) { }",
    'powercfg.exe /requests',
  ]);
  expect(2_147_483_649).toBe(0x80000001);
  expect(awake.report()).toMatchObject({ level: 'prevented', held: [{ proof: 'acknowledged' }] });
  await awake.close();
  expect(machine.children.every(({ isGone, wasKilled }) => isGone && !wasKilled)).toBe(true);
});

test.each([
  [['SYSTEM:', '[PROCESS] \\Device\\HarddiskVolume3\\Windows\\v1.0\\powershell.exe'], 'prevented'],
  [['SYSTEM:', 'None.'], 'not'],
])('on Windows an administrator’s list decides: %j is %s', async (lines, level) => {
  const machine = new FakeMachine('win32', {
    'powershell.exe': powershell,
    'powercfg.exe': powercfg(0, ...lines),
  });
  const clock = new VirtualClock();
  const awake = keepAwake({ ...machine.options, clock });
  await passing(clock, awake.acquire('x'));
  expect(awake.report().level).toBe(level);
  await awake.close();
});

test('in WSL the host is kept awake, known by its environment or its kernel', async () => {
  for (const sign of ['env', 'kernel']) {
    const machine = new FakeMachine('linux', { 'powershell.exe': powershell, 'powercfg.exe': powercfg(1) });
    if (sign === 'kernel') machine.files['/proc/version'] = 'Linux version 5.15.90.1-microsoft-standard-WSL2';
    const env = sign === 'env' ? { WSL_DISTRO_NAME: 'Debian' } : {};
    const awake = keepAwake({ ...machine.options, env, clock: new VirtualClock() });
    await awake.acquire('x');
    expect(awake.report()).toMatchObject({ level: 'prevented' });
    expect(machine.argv[0]).toContain('SetThreadExecutionState');
    await awake.close();
  }
});

test('a system without a known way says so', async () => {
  const machine = new FakeMachine('freebsd', {});
  const awake = keepAwake({ ...machine.options, clock: new VirtualClock() });
  await awake.acquire('x');
  expect(awake.report()).toMatchObject({ level: 'not', held: [], missing: [] });
  expect(awake.report().summary).toContain('no way to keep freebsd awake is known');
  await awake.close();
});

test('a holder that answers nothing is given up after 30 s and ended; close does not wait for it', async () => {
  const machine = new FakeMachine('win32', { 'powershell.exe': stays });
  const clock = new VirtualClock();
  const awake = keepAwake({ ...machine.options, clock, onBattery: true });
  await passing(clock, awake.acquire('x'));
  expect(awake.report().summary).toContain('did not answer within 30 s');
  await clock.advance(2_000);
  expect(machine.children[0]?.wasKilled).toBe(true);

  const next = keepAwake({ ...machine.options, clock, onBattery: true });
  const acquiring = next.acquire('x');
  await clock.advance(1);
  const closing = next.close();
  await clock.advance(2_000);
  await Promise.all([acquiring, closing]);
  await awake.close();
  expect(machine.alive).toEqual([]);
});

test('locks do not keep this process alive', async () => {
  const machine = linux(everything);
  const awake = keepAwake({ ...machine.options, clock: new VirtualClock() });
  await awake.acquire('x');
  expect(machine.alive.map(({ holdsProcess }) => holdsProcess)).toEqual([false, false, false]);
  await awake.close();
});
