import type { Check, DoctorWorld } from '../world.ts';
import type { Finding } from '../finding.ts';
import { doubtful, fine } from '../finding.ts';

/** What the system says about falling asleep, and what is really done against it. Nothing is changed. */
export const sleep: Check = async (world) => {
  const policy = await policyOf(world);
  const found: Finding[] = policy === null ? [] : [fine('sleep-policy', policy)];
  return [...found, ...keptAwake(world)];
};

function keptAwake({ config: { keepAwake }, status: { report } }: DoctorWorld): readonly Finding[] {
  if (keepAwake.mode === 'off')
    return [
      fine(
        'keep-awake',
        'The machine may fall asleep; the harvest goes on when it wakes (keepAwake is off).',
      ),
    ];
  const awake = report.machine?.awake ?? null;
  if (awake === null)
    return [
      fine('keep-awake', `keepAwake is "${keepAwake.mode}"; nothing is held while no engine runs or works.`),
    ];
  if (awake.state === 'prevented') return [fine('keep-awake', awake.says)];
  return [
    doubtful(
      'keep-awake',
      `keepAwake is "${keepAwake.mode}", but the machine is ${awake.state === 'partly' ? 'kept awake in part only' : 'not kept awake'}: ${awake.says}`,
      'change the energy settings of the system, or set keepAwake to "off"',
    ),
  ];
}

function policyOf(world: DoctorWorld): Promise<string | null> | string | null {
  switch (world.io.platform) {
    case 'linux':
      return linuxPolicy(world);
    case 'darwin':
      return macPolicy(world);
    case 'win32':
      return windowsPolicy(world);
    default:
      return null;
  }
}

/** logind.conf(5): what closing the lid does, on battery and on mains. */
function linuxPolicy({ readText, list }: DoctorWorld): string | null {
  const laptop = list('/sys/class/power_supply').some((name) => name.startsWith('BAT'));
  if (!laptop) return 'There is no battery, so there is no lid to close.';
  const drops = [
    '/usr/lib/systemd/logind.conf.d',
    '/run/systemd/logind.conf.d',
    '/etc/systemd/logind.conf.d',
  ];
  const files = [
    '/etc/systemd/logind.conf',
    ...drops.flatMap((folder) =>
      list(folder)
        .toSorted()
        .map((name) => `${folder}/${name}`),
    ),
  ];
  const text = files.map((file) => readText(file) ?? '').join('\n');
  const setting = (name: string): string | undefined =>
    [...text.matchAll(new RegExp(`^\\s*${name}\\s*=\\s*(\\S+)`, 'gm'))].at(-1)?.[1];
  const lid = setting('HandleLidSwitch') ?? 'suspend';
  const mains = setting('HandleLidSwitchExternalPower') ?? lid;
  return `A laptop: closing the lid means ${lid}, on mains ${mains}.`;
}

/** `pmset -g custom`: minutes until sleep, 0 = never, under a heading for each power source. */
async function macPolicy({ run }: DoctorWorld): Promise<string | null> {
  const { code, out } = await run(['pmset', '-g', 'custom']);
  if (code !== 0) return null;
  const parts = out.split(/^(Battery Power|AC Power):/m).slice(1);
  const told: string[] = [];
  for (let index = 0; index < parts.length; index += 2) {
    const minutes = /^\s*sleep\s+(\d+)/m.exec(parts[index + 1] ?? '')?.[1];
    if (minutes !== undefined) told.push(`${parts[index] ?? ''}: ${minutesText(Number(minutes))}`);
  }
  return told.length === 0 ? null : `Falls asleep by itself: ${told.join(', ')}.`;
}

/** `powercfg /query`: the current AC and DC setting in seconds, as the last two hexadecimal numbers, in any language. */
async function windowsPolicy({ run }: DoctorWorld): Promise<string | null> {
  const { code, out } = await run(['powercfg', '/query', 'SCHEME_CURRENT', 'SUB_SLEEP', 'STANDBYIDLE']);
  const numbers = [...out.matchAll(/0x([0-9a-f]{8})\s*$/gim)]
    .slice(-2)
    .map(([, hex = '']) => parseInt(hex, 16));
  const [mains, battery] = numbers;
  if (code !== 0 || mains === undefined || battery === undefined) return null;
  return `Falls asleep by itself: on mains ${minutesText(mains / 60)}, on battery ${minutesText(battery / 60)}.`;
}

function minutesText(minutes: number): string {
  return minutes === 0 ? 'never' : `after ${minutes} min`;
}
