import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** A paper as both versions export it, as far as an upgrade must keep it. */
export interface Kept {
  readonly seq: number;
  readonly source: string;
  readonly id: string;
  readonly hash: string;
}

/** How a command ended. */
export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** One data folder, driven by the command line of whatever version is named. */
export class Installed {
  readonly folder: string;

  constructor(folder: string, baseUrl: string) {
    this.folder = folder;
    mkdirSync(join(folder, 'state'), { recursive: true });
    const source = { id: 'repository', kind: 'oai-pmh', baseUrl, from: 'all' };
    const config = { dataDir: './data', contact: 'you@example.org', sources: [source] };
    writeFileSync(join(folder, 'holdfast.config.json'), JSON.stringify(config));
  }

  /** The store's file. */
  get store(): string {
    return join(this.folder, 'data/holdfast.db');
  }

  /** Runs a command to its end, for two minutes at most. */
  run(cli: string, ...args: readonly string[]): Outcome {
    return this.runFor(120_000, cli, ...args);
  }

  /** Runs a command, which is killed after so many milliseconds; its code is null then. */
  runFor(timeout: number, cli: string, ...args: readonly string[]): Outcome {
    const { status, stdout, stderr } = spawnSync(process.execPath, [cli, ...args], {
      cwd: this.folder,
      env: this.#env(),
      encoding: 'utf8',
      timeout,
      killSignal: 'SIGKILL',
      maxBuffer: 64 * 1024 * 1024,
    });
    return { code: status, stdout, stderr };
  }

  /** Runs a harvest and kills it, engine and all, as soon as `reached` is true. */
  async runUntil(cli: string, reached: () => boolean): Promise<void> {
    const child = spawn(process.execPath, [cli, 'run', '--once', '--no-restart'], {
      cwd: this.folder,
      env: this.#env(),
      stdio: 'ignore',
      detached: process.platform !== 'win32',
    });
    const ended = once(child, 'exit');
    for (let left = 1200; !reached() && child.exitCode === null; left -= 1) {
      if (left === 0) throw new Error('the harvest did not get so far within two minutes');
      await sleep(100);
    }
    if (child.pid !== undefined) kill(child.pid);
    await ended;
  }

  /** The papers with their numbers and hashes, in the order of the numbers. */
  papers(cli: string): readonly Kept[] {
    const { code, stdout, stderr } = this.run(cli, 'export', '--format', 'jsonl');
    if (code !== 0) throw new Error(`export ended with ${String(code)}: ${stderr}`);
    return stdout
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Kept)
      .map(({ seq, source, id, hash }) => ({ seq, source, id, hash }));
  }

  /** The copy that an upgrade left beside the store. */
  copyBefore(): string | undefined {
    const name = readdirSync(join(this.folder, 'data')).find((each) => each.includes('.before-v'));
    return name === undefined ? undefined : join(this.folder, 'data', name);
  }

  /** A digest of the store's file. */
  digest(): string {
    return existsSync(this.store)
      ? createHash('sha256').update(readFileSync(this.store)).digest('hex')
      : 'none';
  }

  #env(): NodeJS.ProcessEnv {
    const own = Object.entries(process.env).filter(([name]) => !name.startsWith('HOLDFAST_'));
    return { ...Object.fromEntries(own), HOLDFAST_STATE_DIR: join(this.folder, 'state') };
  }
}

function kill(pid: number): void {
  try {
    process.kill(process.platform === 'win32' ? pid : -pid, 'SIGKILL');
  } catch {
    // It had ended by itself.
  }
}
