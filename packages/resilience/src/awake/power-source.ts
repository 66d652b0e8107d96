import type { Clock } from '../clock/clock.ts';
import { readIfThere } from './machine.ts';
import type { Machine } from './machine.ts';
import { powershell } from './powershell.ts';
import { runTool } from './run-tool.ts';

const SUPPLIES = '/sys/class/power_supply';

/** What the machine runs on. */
export type PowerSource = 'mains' | 'battery';

/** What the machine runs on; null when it does not say, as most desktops and servers. Never rejects. */
export async function powerSource(machine: Machine, clock: Clock): Promise<PowerSource | null> {
  switch (machine.platform) {
    case 'linux':
      return await linux(machine);
    case 'darwin':
      return await macos(machine, clock);
    case 'win32':
      return await windows(machine, clock);
    default:
      return null;
  }
}

/** Source: kernel documentation, ABI/testing/sysfs-class-power. */
async function linux(machine: Machine): Promise<PowerSource | null> {
  const seen = new Set<PowerSource>();
  for (const name of await supplies(machine)) {
    const source = await supply(machine, `${SUPPLIES}/${name}`);
    if (source !== null) seen.add(source);
  }
  if (seen.has('mains')) return 'mains';
  return seen.has('battery') ? 'battery' : null;
}

async function supplies(machine: Machine): Promise<readonly string[]> {
  try {
    return await machine.readFolder(SUPPLIES);
  } catch {
    // A container or a machine without the folder does not say.
    return [];
  }
}

async function supply(machine: Machine, path: string): Promise<PowerSource | null> {
  const read = async (file: string): Promise<string> =>
    (await readIfThere(machine, `${path}/${file}`))?.trim() ?? '';
  const [type, scope] = [await read('type'), await read('scope')];
  // The battery of a mouse says nothing about the machine.
  if (scope === 'Device') return null;
  if (type === 'Mains' || type.startsWith('USB')) return (await read('online')) === '1' ? 'mains' : null;
  const isStore = type === 'Battery' || type === 'UPS';
  return isStore && (await read('status')) === 'Discharging' ? 'battery' : null;
}

/** `pmset` opens with "Now drawing from 'AC Power'", 'Battery Power' or 'UPS Power'. */
async function macos(machine: Machine, clock: Clock): Promise<PowerSource | null> {
  const { lines } = await runTool(machine, clock, { program: 'pmset', args: ['-g', 'batt'] });
  const from = /^Now drawing from '(\w+) Power'/.exec(lines[0] ?? '')?.[1];
  if (from === undefined) return null;
  return from === 'AC' ? 'mains' : 'battery';
}

/** `Win32_Battery.BatteryStatus`: 1 discharging, 4 low, 5 critical; everything else is on mains; no battery, no line. */
async function windows(machine: Machine, clock: Clock): Promise<PowerSource | null> {
  const script = '(Get-CimInstance -ClassName Win32_Battery).BatteryStatus';
  const { exit, lines } = await runTool(machine, clock, powershell(script));
  const states = lines.map((line) => line.trim()).filter((line) => /^\d+$/.test(line));
  if (exit.code !== 0 || states.length === 0) return null;
  return states.every((state) => ['1', '4', '5'].includes(state)) ? 'battery' : 'mains';
}
