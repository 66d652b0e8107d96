import type { Clock } from '../clock/clock.ts';
import { caffeinateMethod } from './caffeinate.ts';
import { executionStateMethod } from './execution-state.ts';
import { inhibitMethod, neverAsks } from './inhibit.ts';
import type { LockMethod, LogindLock } from './lock-method.ts';
import { isWsl } from './machine.ts';
import type { Machine } from './machine.ts';

/** What a platform offers against falling asleep. */
export interface Ladder {
  /** Each is tried on its own, so that what is refused costs nothing else. */
  readonly methods: readonly LockMethod[];
  /** The locks without which the machine may still fall asleep by itself. */
  readonly needed: readonly LogindLock[];
  /** What no lock of this platform covers, in sentences. */
  readonly limits: readonly string[];
}

/** The ladder of this machine; an empty one where nothing is known. */
export async function ladderOf(machine: Machine, clock: Clock, who: string): Promise<Ladder> {
  if (machine.platform === 'win32') return windows();
  if (machine.platform === 'darwin') return macos(machine);
  if (machine.platform !== 'linux') return unknownSystem(machine.platform);
  return (await isWsl(machine)) ? windows() : linux(await neverAsks(machine, clock), who);
}

function linux(flags: readonly string[], who: string): Ladder {
  const wanted: readonly LogindLock[] = ['sleep', 'idle', 'handle-lid-switch'];
  return {
    methods: wanted.map((what) => inhibitMethod({ what, mode: 'block', who, flags })),
    needed: ['sleep', 'idle'],
    limits: [
      'root, and before newer systemd also the same user, can put the machine to sleep all the same',
      'closing the lid does so too, unless logind.conf has LidSwitchIgnoreInhibited=no and handle-lid-switch is held',
    ],
  };
}

function macos(machine: Machine): Ladder {
  return {
    methods: [caffeinateMethod(machine)],
    needed: ['idle'],
    limits: ['closing the lid or choosing Sleep puts the machine to sleep all the same'],
  };
}

function windows(): Ladder {
  return {
    methods: [executionStateMethod()],
    needed: ['idle'],
    limits: [
      'closing the lid or choosing Sleep puts the machine to sleep all the same',
      'Modern Standby on battery may stop programs all the same',
    ],
  };
}

function unknownSystem(platform: string): Ladder {
  return { methods: [], needed: ['idle'], limits: [`no way to keep ${platform} awake is known`] };
}
