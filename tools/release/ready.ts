import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findings, isUnfinished, readFragments } from '../changelog.ts';
import { sectionOf } from './changelog-file.ts';
import { versions } from './versions.ts';

/** What keeps a release from being made of this checkout, as sentences; none when it may be. */
export function obstacles(root: string): string[] {
  return [...changes(root), ...differing(root), ...changelog(root)];
}

/** What keeps a release from being made into a folder, which is emptied first: what stands there and is no release. */
export function obstaclesOfFolder(root: string, out: string): string[] {
  if (!existsSync(out) || out === join(root, 'release')) return [];
  const names = readdirSync(out);
  return names.length === 0 || names.includes('SHA256SUMS')
    ? []
    : [`${out} is emptied first, and holds something that is no release: name another folder.`];
}

/** What keeps the version and the changelog from being prepared. */
export function obstaclesToPrepare(root: string, version: string): string[] {
  const wrong = /^\d+\.\d+\.\d+$/.test(version) ? [] : [`${version} is no version such as 1.2.3.`];
  const texts = readFragments(join(root, 'changelog.d')).flatMap((fragment) => findings(fragment, true));
  return [...wrong, ...changes(root), ...texts];
}

function changes(root: string): string[] {
  const status = execFileSync('git', ['status', '--porcelain'], { cwd: root, encoding: 'utf8' });
  const lines = status.split('\n').filter(Boolean);
  if (lines.length === 0) return [];
  const named = lines.slice(0, 5).map((line) => line.slice(3));
  return [
    `${lines.length} files are changed and not committed: ${named.join(', ')}${lines.length > 5 ? ', …' : ''}`,
  ];
}

function differing(root: string): string[] {
  const [first, ...others] = versions(root);
  return others
    .filter(({ version }) => version !== first?.version)
    .map(
      ({ where, version }) =>
        `${where} says ${version}, and ${String(first?.where)} says ${String(first?.version)}.`,
    );
}

function changelog(root: string): string[] {
  const version = versions(root)[0]?.version ?? '';
  const left = readFragments(join(root, 'changelog.d')).map(({ file }) => file);
  const file = join(root, 'CHANGELOG.md');
  const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
  const how = `run: npm run release -- --prepare ${version}`;
  const section = sectionOf(text, version);
  return [
    ...(left.length === 0 ? [] : [`Not in CHANGELOG.md yet: ${left.join(', ')}; ${how}`]),
    ...(section === null ? [`CHANGELOG.md has no section ${version}; ${how}`] : []),
    ...(isUnfinished(section ?? '') ? [`The section ${version} of CHANGELOG.md says "Pending".`] : []),
  ];
}
