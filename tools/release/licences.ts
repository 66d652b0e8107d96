import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { NeededPackage } from '../../packages/holdfast/src/service/package-files.ts';
import type { NodeFiles } from './node-package.ts';

const RULE = '='.repeat(80);

/** The licences of everything in an archive that is not ours, each with its whole text. @throws Error when a package brings none */
export function licences(packages: readonly NeededPackage[], node: NodeFiles): string {
  const parts = packages
    .filter(({ from }) => isForeign(from))
    .map(({ from, files }) => {
      const { name, version, license } = manifest(from);
      const texts = files.filter((file) => /^(licen[cs]e|notice|copying)/i.test(file));
      if (texts.length === 0)
        return section(`${name} ${version}`, `${String(license)} (the package brings no text of its own)`);
      return section(
        `${name} ${version}`,
        texts.map((file) => readFileSync(join(from, file), 'utf8')).join('\n'),
      );
    });
  const own = node.files.find(({ path }) => path === 'LICENSE');
  if (own === undefined) throw new Error('Node comes without its licence');
  return [...parts.sort(), section(`Node.js ${node.version}`, own.data.toString('utf8'))].join('\n');
}

function section(title: string, text: string): string {
  return `${RULE}\n${title}\n${RULE}\n\n${text.replaceAll('\r\n', '\n').trim()}\n`;
}

/** Whether a package was installed by npm, and is not one of this repository. */
export function isForeign(folder: string): boolean {
  return /[/\\]node_modules[/\\]/.test(folder);
}

/** The manifest of a package, as far as a release tells of it. */
export function manifest(folder: string): { name: string; version: string; license?: string } {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as ReturnType<typeof manifest>;
}
