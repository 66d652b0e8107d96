import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readTarball } from '../release/tar.ts';

/** The last commit of version 0.1.0, whose stores have schema 3. */
export const PREVIOUS = 'f616ca9917d32d918ceb1317ad3e36cc8bfe390f';

/** Why the previous version cannot be built here; null when it can. A shallow clone does not have its commit. */
export function missingCommit(root: string, commit: string): string | null {
  const { status } = spawnSync('git', ['cat-file', '-e', `${commit}^{commit}`], { cwd: root });
  return status === 0
    ? null
    : `this clone does not hold the commit ${commit} (git fetch --unshallow gets it)`;
}

/** Builds the program of a commit in an empty folder with what is installed here. Returns its command line. */
export function buildCommit(root: string, commit: string, folder: string): string {
  const tar = execFileSync('git', ['archive', '--format=tar', commit], {
    cwd: root,
    maxBuffer: 256 * 1024 * 1024,
  });
  for (const { path, data, executable } of readTarball(tar)) {
    const whole = join(folder, path);
    mkdirSync(dirname(whole), { recursive: true });
    writeFileSync(whole, data);
    if (executable) chmodSync(whole, 0o755);
  }
  linkPackages(join(root, 'node_modules'), folder);
  const { status, stderr, stdout } = spawnSync(process.execPath, ['tools/build.ts'], {
    cwd: folder,
    encoding: 'utf8',
  });
  if (status !== 0)
    throw new Error(`the build of ${commit} ended with ${String(status)}:\n${stdout}${stderr}`);
  return join(folder, 'packages/holdfast/bin/holdfast.js');
}

/** The installed packages as they are here, and those of the workspace as they are there. */
function linkPackages(installed: string, folder: string): void {
  const modules = join(folder, 'node_modules');
  mkdirSync(join(modules, '@holdfast'), { recursive: true });
  for (const name of readdirSync(installed)) {
    if (name !== 'holdfast' && name !== '@holdfast')
      symlinkSync(join(installed, name), join(modules, name), 'junction');
  }
  symlinkSync(join(folder, 'packages/holdfast'), join(modules, 'holdfast'), 'junction');
  for (const name of ['resilience', 'upstream'])
    symlinkSync(join(folder, 'packages', name), join(modules, '@holdfast', name), 'junction');
}
