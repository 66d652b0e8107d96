import { readdir, readFile } from 'node:fs/promises';
import { networkInterfaces } from 'node:os';
import type { NetworkInterfaceInfo } from 'node:os';
import { spawnChild } from './spawn-child.ts';
import type { Spawn } from './spawn.ts';

/** The addresses of each network interface, as `os.networkInterfaces()` gives them. */
export type Interfaces = Readonly<
  Record<
    string,
    readonly Pick<NetworkInterfaceInfo, 'address' | 'family' | 'internal' | 'scopeid'>[] | undefined
  >
>;

/** What this folder touches of the machine. Each part may be passed in; what is left out is the real one. */
export interface MachineOptions {
  readonly spawn?: Spawn;
  readonly platform?: NodeJS.Platform;
  readonly env?: Readonly<NodeJS.ProcessEnv>;
  /** The process that the locks are bound to. */
  readonly pid?: number;
  /** The text of a file. */
  readonly readFile?: (path: string) => Promise<string>;
  /** The names in a folder. */
  readonly readFolder?: (path: string) => Promise<readonly string[]>;
  readonly interfaces?: () => Interfaces;
}

/** The machine with every part decided. */
export type Machine = Required<MachineOptions>;

/** The parts that were passed in, completed by the real ones. */
export function machineOf(options: MachineOptions): Machine {
  return {
    spawn: options.spawn ?? spawnChild,
    platform: options.platform ?? process.platform,
    env: options.env ?? process.env,
    pid: options.pid ?? process.pid,
    readFile: options.readFile ?? ((path) => readFile(path, 'utf8')),
    readFolder: options.readFolder ?? ((path) => readdir(path)),
    interfaces: options.interfaces ?? networkInterfaces,
  };
}

/** The text of a file, or null when it cannot be read: for what a system may or may not offer. */
export async function readIfThere(machine: Machine, path: string): Promise<string | null> {
  try {
    return await machine.readFile(path);
  } catch {
    return null;
  }
}

/** Whether this is Linux inside Windows: who falls asleep there is the host. */
export async function isWsl(machine: Machine): Promise<boolean> {
  if (machine.platform !== 'linux') return false;
  if (machine.env['WSL_DISTRO_NAME'] !== undefined) return true;
  const version = await readIfThere(machine, '/proc/version');
  return version !== null && /microsoft/i.test(version);
}
