/**
 * Runs a command under another version of Node: `node tools/node-matrix/run.ts 24 <script> [arguments]`.
 * Installs this folder's lock file first when the version is not there yet. `--path` prints the binary instead.
 */
import { spawnSync } from 'node:child_process';
import type { SpawnSyncOptions } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { basename, delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = dirname(fileURLToPath(import.meta.url));

/** Where the binary of a major version of Node lies on this platform, installed or not. */
export function binaryOf(major: string): string {
  const name = `node-${major}-${process.platform}-${process.arch}`;
  return join(folder, 'node_modules', name, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
}

function isListed(binary: string): boolean {
  const manifest = readFileSync(join(folder, 'package.json'), 'utf8');
  return manifest.includes(`"${basename(dirname(dirname(binary)))}"`);
}

function install(): void {
  const npm = process.env['npm_execpath'];
  const args = ['ci', '--no-audit', '--no-fund'];
  // npm's words go to standard error: standard output belongs to the command.
  const options: SpawnSyncOptions = { cwd: folder, stdio: ['ignore', 2, 2] };
  if (npm === undefined) spawnSync('npm', args, { ...options, shell: process.platform === 'win32' });
  else spawnSync(process.execPath, [npm, ...args], options);
}

function main([major = '', ...command]: readonly string[]): number {
  const binary = binaryOf(major);
  if (!existsSync(binary) && isListed(binary)) install();
  if (!existsSync(binary)) {
    console.error(
      `Node ${major} is not in tools/node-matrix for ${process.platform}-${process.arch}: not covered.`,
    );
    return 1;
  }
  if (command[0] === '--path') {
    console.log(binary);
    return 0;
  }
  // First on PATH too, so that what the command starts by name runs under the same version.
  const env = { ...process.env, PATH: `${dirname(binary)}${delimiter}${process.env['PATH'] ?? ''}` };
  const { status } = spawnSync(binary, command, { stdio: 'inherit', env });
  return status ?? 1;
}

if (import.meta.main) process.exitCode = main(process.argv.slice(2));
