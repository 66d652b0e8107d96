import { expect, test } from 'vitest';
import { VirtualClock } from '../clock/index.ts';
import { machineOf } from './machine.ts';
import { powerSource } from './power-source.ts';
import { FakeMachine } from './testing/fake-machine.ts';

type Supplies = Readonly<Record<string, Readonly<Record<string, string>>>>;
const battery = { type: 'Battery', status: 'Discharging' };

test.each<[string, Supplies, string | null]>([
  ['no supply is listed', {}, null],
  ['the plug is in', { AC: { type: 'Mains', online: '1' }, BAT0: battery }, 'mains'],
  ['the plug is out', { AC: { type: 'Mains', online: '0' }, BAT0: battery }, 'battery'],
  ['it charges by USB', { ucsi: { type: 'USB', online: '1' }, BAT0: battery }, 'mains'],
  ['only a battery is listed and it is full', { BAT0: { type: 'Battery', status: 'Full' } }, null],
  ['a battery is all it has', { BAT0: battery }, 'battery'],
  ['only the mouse has a battery', { hidpp_battery_0: { ...battery, scope: 'Device' } }, null],
  ['the UPS feeds it', { ups: { type: 'UPS', status: 'Discharging' } }, 'battery'],
])('on Linux, when %s', async (_, supplies, expected) => {
  const machine = new FakeMachine('linux', {});
  for (const [name, files] of Object.entries(supplies)) {
    for (const [file, text] of Object.entries(files)) {
      machine.files[`/sys/class/power_supply/${name}/${file}`] = `${text}\n`;
    }
  }
  expect(await powerSource(machineOf(machine.options), new VirtualClock())).toBe(expected);
});

test.each<[NodeJS.Platform, string, readonly string[], string | null]>([
  ['darwin', 'pmset', ["Now drawing from 'AC Power'", ' -InternalBattery-0 100%'], 'mains'],
  ['darwin', 'pmset', ["Now drawing from 'Battery Power'"], 'battery'],
  ['darwin', 'pmset', ["Now drawing from 'UPS Power'"], 'battery'],
  ['darwin', 'pmset', ['something new'], null],
  ['win32', 'powershell.exe', ['1'], 'battery'],
  ['win32', 'powershell.exe', ['2'], 'mains'],
  ['win32', 'powershell.exe', ['5', '6'], 'mains'],
  ['win32', 'powershell.exe', [], null],
])('on %s, when %s says %j', async (platform, program, lines, expected) => {
  const machine = new FakeMachine(platform, {
    [program]: (child) => {
      child.say(...lines);
      child.exit({ code: 0 });
    },
  });
  expect(await powerSource(machineOf(machine.options), new VirtualClock())).toBe(expected);
});

test('a program that is not there or hangs says nothing about power', async () => {
  const clock = new VirtualClock();
  const bare = new FakeMachine('darwin', {});
  expect(await powerSource(machineOf(bare.options), clock)).toBeNull();
  const hanging = new FakeMachine('darwin', { pmset: () => {} });
  const asking = powerSource(machineOf(hanging.options), clock);
  await clock.advance(10_000);
  expect(await asking).toBeNull();
  expect(hanging.children[0]?.wasKilled).toBe(true);
});
