import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { neededPackages } from '../../packages/holdfast/src/service/package-files.ts';
import type { Entry } from './entry.ts';
import { plain, program } from './entry.ts';
import { archiveReadme, shellLauncher, windowsLauncher } from './launcher.ts';
import { licences } from './licences.ts';
import type { NodeFiles } from './node-package.ts';
import type { Platform } from './platforms.ts';
import { bill, componentsOf, nodeComponent } from './sbom.ts';
import { writeTarball } from './tar.ts';
import { writeZip } from './zip.ts';

/** Types, sources and maps: Node loads no TypeScript from node_modules. */
const NEVER_LOADED = /\.([cm]?ts|map|flow)$/;

/** What one archive is made from. */
export interface ArchiveInputs {
  readonly root: string;
  readonly platform: Platform;
  readonly version: string;
  readonly node: NodeFiles;
  /** The time that every file is stamped with, in seconds since 1970. */
  readonly seconds: number;
}

/** The name of an archive, without its ending. */
export function archiveName({ version, platform }: Pick<ArchiveInputs, 'version' | 'platform'>): string {
  return `holdfast-${version}-${platform.name}`;
}

/**
 * Writes the archive into a folder and returns its file name. Node lies in it as npm would have put it: the program
 * finds it there, and `holdfast service install` knows that it goes with the folder and copies it.
 */
export async function writeArchive(folder: string, inputs: ArchiveInputs): Promise<string> {
  const name = archiveName(inputs);
  const entries = archiveEntries(inputs).map((entry) => ({ ...entry, path: `${name}/${entry.path}` }));
  const file = `${name}${inputs.platform.windows ? '.zip' : '.tar.gz'}`;
  if (inputs.platform.windows) writeZip(join(folder, file), entries, inputs.seconds);
  else await writeTarball(join(folder, file), entries, inputs.seconds);
  return file;
}

/** Every file of an archive, by its path within the archive's folder. */
export function archiveEntries({ root, platform, version, node, seconds }: ArchiveInputs): readonly Entry[] {
  const packages = neededPackages(join(root, 'packages/holdfast'));
  const app = packages.flatMap(({ from, to, files }) =>
    files
      .filter((file) => !NEVER_LOADED.test(file))
      .map((file) => plain(`app/${to}/${file}`.replaceAll('\\', '/'), readFileSync(join(from, file)))),
  );
  const own = node.files.map((entry) => ({
    ...entry,
    path: `app/node_modules/${platform.node}/${entry.path}`,
  }));
  const inventory = [...componentsOf(root, packages), nodeComponent(platform, node)];
  return [
    ...app,
    ...own,
    platform.windows
      ? plain('bin/holdfast.cmd', windowsLauncher(platform))
      : program('bin/holdfast', shellLauncher(platform)),
    plain('LICENSE', readFileSync(join(root, 'LICENSE'))),
    plain('THIRD-PARTY-LICENSES.txt', licences(packages, node)),
    plain('README.txt', archiveReadme(platform, version)),
    plain('sbom.cdx.json', bill({ name: archiveName({ version, platform }), version, seconds }, inventory)),
  ];
}
