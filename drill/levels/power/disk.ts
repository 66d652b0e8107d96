import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Stage } from '../../stage.ts';

/** EXT4_IOC_SHUTDOWN with "do not even write the journal": what was not synced is gone, as when the power is cut. */
const SHUTDOWN = '0x8004587d';
/** The folders at which disks of drills are mounted begin so. */
const PREFIX = 'hfdisk-';
const PYTHON = `
import fcntl, os, struct, sys
fd = os.open(sys.argv[1], os.O_RDONLY)
print("ready", flush=True)
sys.stdin.readline()
fcntl.ioctl(fd, ${SHUTDOWN}, struct.pack("I", 2))
print("cut", flush=True)
`;
const PERL = `
use Fcntl; $| = 1;
sysopen(my $d, $ARGV[0], O_RDONLY) or die $!;
print "ready\\n";
<STDIN>;
my $flag = pack("L", 2);
defined ioctl($d, ${SHUTDOWN}, $flag) or die $!;
print "cut\\n";
`;

/** What this machine lacks to cut the power of a disk; null = nothing. */
export function missingForPower(): string | null {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'root on Linux';
  const tools = ['losetup', 'mount', 'umount', 'mkfs.ext4'].filter((tool) => !answers(tool, '-V'));
  if (tools.length > 0) return tools.join(', ');
  if (cutter() === null) return 'python3 or perl (for an ioctl)';
  return answers('losetup', '-f') ? null : 'a free loop device';
}

/** An ext4 file system in a file, mounted in a folder of its own. */
export class Disk {
  #image: string;
  readonly #signal: AbortSignal;
  readonly folder: string;

  private constructor(image: string, folder: string, signal: AbortSignal) {
    this.#image = image;
    this.folder = folder;
    this.#signal = signal;
  }

  /** Makes and mounts one; it is unmounted when the stage ends, whatever happens. */
  static async create(stage: Stage, name: string, megabytes: number): Promise<Disk> {
    clearLeftovers();
    const image = join(stage.folder, `${name}.img`);
    const folder = join(stage.folder, `${PREFIX}${String(process.pid)}-${name}`);
    writeFileSync(image, '');
    truncateSync(image, megabytes * 1024 * 1024);
    execFileSync('mkfs.ext4', ['-q', '-F', image]);
    mkdirSync(folder);
    const disk = new Disk(image, folder, stage.signal);
    stage.defer(() => disk.#leave());
    await disk.mount();
    return disk;
  }

  /** Mounts it; the journal is replayed. */
  async mount(): Promise<void> {
    execFileSync('mount', ['-o', 'loop', this.#image, this.folder], { stdio: 'pipe' });
    if (isAlive(this.folder)) return;
    // Somebody's namespace still holds the disk whose power was cut: the same image is put on a disk that is new.
    await this.unmount();
    const copy = `${this.#image}+`;
    execFileSync('cp', ['--sparse=always', this.#image, copy]);
    rmSync(this.#image);
    this.#image = copy;
    execFileSync('mount', ['-o', 'loop', copy, this.folder], { stdio: 'pipe' });
    if (!isAlive(this.folder)) throw new Error('the disk does not come back');
  }

  /** Unmounts it, as soon as nobody uses it any more. @throws Error when it is in use for ten seconds */
  async unmount(): Promise<void> {
    for (let tries = 0; ; tries += 1) {
      const { status, stderr } = spawnSync('umount', [this.folder], { encoding: 'utf8' });
      if (status === 0) return;
      if (tries === 200) throw new Error(`umount: ${stderr}`);
      await later(50);
    }
  }

  /** Gets ready to cut the power: everything slow is done before. The function cuts it, and is done when it is cut. */
  async armCut(): Promise<() => Promise<void>> {
    const [program, ...words] = cutter() ?? [];
    if (program === undefined) throw new Error('there is no program that can cut the power');
    const child = spawn(program, [...words, this.folder], {
      stdio: ['pipe', 'pipe', 'inherit'],
      signal: this.#signal,
    });
    child.on('error', () => undefined);
    const next = linesOf(child);
    if ((await next()) !== 'ready') throw new Error('the program that cuts the power did not start');
    const gone = new Promise<void>((resolve) => {
      child.once('close', () => resolve());
    });
    return async () => {
      child.stdin.write('cut\n');
      if ((await next()) !== 'cut') throw new Error('the power could not be cut');
      await gone;
    };
  }

  /** Nothing stays mounted, not even when somebody still has a file open. */
  async #leave(): Promise<void> {
    for (let tries = 0; tries < 40 && isMounted(this.folder); tries += 1) {
      if (spawnSync('umount', [this.folder]).status !== 0) await later(50);
    }
    if (isMounted(this.folder)) spawnSync('umount', ['-l', this.folder]);
  }
}

/** Whether the disk takes something. */
function isAlive(folder: string): boolean {
  const file = join(folder, '.alive');
  try {
    writeFileSync(file, '');
    rmSync(file);
    return true;
  } catch {
    return false;
  }
}

/** Unmounts what drills that were killed have left behind: their disks carry the number of their process. */
function clearLeftovers(): void {
  for (const folder of mountPoints()) {
    const [, pid] = /\/holdfast-drill-[^/]+\/hfdisk-(\d+)-[^/]+$/.exec(folder) ?? [];
    if (pid !== undefined && !existsSync(`/proc/${pid}`)) spawnSync('umount', ['-l', folder]);
  }
}

function isMounted(folder: string): boolean {
  return mountPoints().includes(folder);
}

function mountPoints(): readonly string[] {
  return readFileSync('/proc/mounts', 'utf8')
    .split('\n')
    .map((line) => line.split(' ')[1] ?? '');
}

function cutter(): readonly string[] | null {
  if (answers('python3', '--version')) return ['python3', '-c', PYTHON];
  return answers('perl', '--version') ? ['perl', '-e', PERL] : null;
}

function answers(program: string, flag: string): boolean {
  return spawnSync(program, [flag], { stdio: 'ignore' }).status === 0;
}

function linesOf({ stdout }: ChildProcess): () => Promise<string | undefined> {
  if (stdout === null) throw new TypeError('the program has no output');
  const lines = createInterface({ input: stdout })[Symbol.asyncIterator]();
  return async () => {
    const next = await lines.next();
    return next.done === true ? undefined : next.value;
  };
}

function later(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
