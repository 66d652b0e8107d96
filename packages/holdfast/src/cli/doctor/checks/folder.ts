import { posix, win32 } from 'node:path';
import type { Check, DoctorWorld } from '../world.ts';
import type { Finding } from '../finding.ts';
import { broken, doubtful, fine } from '../finding.ts';

const GB = 1e9;
/** Less than this is too little for a log and a copy before an upgrade. */
const LEAST_FREE = 0.2 * GB;
const LITTLE_FREE = GB;
/** A disk that is faster than this has probably only written to its cache. */
const SUSPICIOUS_MS = 0.05;
const SLOW_MS = 200;

/** Names of folders that a program copies to other machines while they are written. */
const SYNCED: readonly (readonly [string, RegExp])[] = [
  ['Dropbox', /^Dropbox( \(.*\))?$/i],
  ['OneDrive', /^OneDrive( - .*)?$/i],
  ['iCloud Drive', /^(iCloud ?Drive|Mobile Documents|com~apple~CloudDocs)$/i],
  ['Google Drive', /^(Google ?Drive|My Drive|GoogleDrive-.*|DriveFS)$/i],
  ['a cloud folder', /^CloudStorage$/],
  ['Nextcloud', /^(Nextcloud|ownCloud)$/i],
  ['MEGA', /^MEGA(sync)?$/i],
  ['Box', /^Box( Sync)?$/],
  ['Syncthing', /^Syncthing$/i],
];

/** Files that such programs leave in the folders they keep. */
const MARKERS: readonly (readonly [string, string])[] = [
  ['.stfolder', 'Syncthing'],
  ['.dropbox', 'Dropbox'],
  ['.dropbox.cache', 'Dropbox'],
  ['.sync_folder', 'a synchronising program'],
];

const NETWORK = /^(nfs4?|cifs|smb[23]?|smbfs|afpfs|webdav|9p|ceph|glusterfs|fuse\.sshfs|fuse\.rclone|davfs)$/;

/** Room on the disk of the store. */
export const disk: Check = (world) => {
  const { freeBytes } = world.space(existingFolder(world));
  const { fullInDays } = world.status.report.disk;
  const free = `${(freeBytes / GB).toFixed(1)} GB free`;
  const forecast =
    fullInDays === null ? '' : `, full in about ${Math.floor(fullInDays)} days at the present rate`;
  const repair = 'free some space, or set maxDisk and rawRetention';
  if (freeBytes < LEAST_FREE) return [broken('disk', `Only ${free}.`, repair)];
  if (freeBytes < LITTLE_FREE || (fullInDays !== null && fullInDays < world.config.alerts.diskDays))
    return [doubtful('disk', `${free}${forecast}.`, repair)];
  return [fine('disk', `${free}${forecast}.`)];
};

/** Where the store lies: on a disk of this machine, which nobody else writes to. */
export const fileSystem: Check = async (world) => {
  const folder = existingFolder(world);
  const found: Finding[] = [];
  const synced = syncedBy(world, world.config.dataDir);
  if (synced !== null)
    found.push(
      broken(
        'synced-folder',
        `The store lies in a folder that ${synced} copies while it is written: the copy is broken, and so may the store be.`,
        'move dataDir to a folder that is not synchronised',
      ),
    );
  const type = await fileSystemType(world, folder);
  if (type !== null && NETWORK.test(type))
    found.push(
      broken(
        'file-system',
        `The store lies on a network file system (${type}).`,
        'put dataDir on a local disk',
      ),
    );
  else if (type === 'tmpfs' || type === 'ramfs')
    found.push(
      doubtful(
        'file-system',
        `The store lies in memory (${type}): it is gone at the next start of the machine.`,
        'put dataDir on a disk',
      ),
    );
  else if (type !== null && type.startsWith('fuse'))
    found.push(
      doubtful(
        'file-system',
        `The store lies on ${type}, which may belong to another machine.`,
        'put dataDir on a local disk',
      ),
    );
  else found.push(fine('file-system', `${folder}${type === null ? '' : ` (${type})`}.`));
  return found;
};

/** Whether what was written durably takes the time that a disk takes. */
export const durableWrites: Check = async (world) => {
  const ms = await world.durableWriteMs(existingFolder(world));
  const told = `A durable write takes ${ms.toFixed(ms < 1 ? 3 : 1)} ms`;
  if (ms < SUSPICIOUS_MS)
    return [
      doubtful(
        'durable-writes',
        `${told}: too fast for a disk, so a power cut may take back what was written.`,
        'check the disk, its controller, or the virtual machine: somebody ignores fsync',
      ),
    ];
  if (ms > SLOW_MS)
    return [doubtful('durable-writes', `${told}: every page waits for it.`, 'put dataDir on a faster disk')];
  return [fine('durable-writes', `${told}.`)];
};

/** The data folder, or the nearest folder above it that exists. */
export function existingFolder({ config, exists, io: { platform } }: DoctorWorld): string {
  const { dirname } = platform === 'win32' ? win32 : posix;
  let folder = config.dataDir;
  while (!exists(folder) && dirname(folder) !== folder) folder = dirname(folder);
  return folder;
}

function syncedBy({ list, exists, io: { platform } }: DoctorWorld, folder: string): string | null {
  const { dirname, basename } = platform === 'win32' ? win32 : posix;
  for (let at = folder; dirname(at) !== at; at = dirname(at)) {
    const byName = SYNCED.find(([, name]) => name.test(basename(at)));
    if (byName !== undefined) return byName[0];
    const names = exists(at) ? list(at) : [];
    const marker = MARKERS.find(([name]) => names.includes(name));
    if (marker !== undefined) return marker[1];
  }
  return null;
}

async function fileSystemType(
  { readText, run, io: { platform } }: DoctorWorld,
  folder: string,
): Promise<string | null> {
  if (platform === 'win32') return /^[\\/]{2}/.test(folder) ? 'smb' : null;
  if (platform === 'linux') return longestMount(folder, linuxMounts(readText('/proc/mounts') ?? ''));
  const { code, out } = await run(['mount']);
  return code === 0 ? longestMount(folder, bsdMounts(out)) : null;
}

type Mount = readonly [point: string, type: string];

/** fstab(5): spaces and the like are written as octal numbers. */
function linuxMounts(text: string): readonly Mount[] {
  return text.split('\n').flatMap((line): readonly Mount[] => {
    const [, point, type] = line.split(' ');
    if (point === undefined || type === undefined) return [];
    return [
      [point.replace(/\\([0-7]{3})/g, (_, code: string) => String.fromCodePoint(parseInt(code, 8))), type],
    ];
  });
}

/** `//server/share on /Volumes/share (smbfs, nodev)` */
function bsdMounts(text: string): readonly Mount[] {
  return [...text.matchAll(/^.* on (.+) \(([a-z0-9]+)/gm)].map(([, point = '', type = '']) => [point, type]);
}

function longestMount(folder: string, mounts: readonly Mount[]): string | null {
  const holding = mounts.filter(
    ([point]) => folder === point || folder.startsWith(point.endsWith('/') ? point : `${point}/`),
  );
  // Of several on one point the last one is seen.
  return (
    holding.reduce<Mount | null>(
      (best, each) => (best === null || each[0].length >= best[0].length ? each : best),
      null,
    )?.[1] ?? null
  );
}
