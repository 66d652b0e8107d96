import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readFragments } from '../changelog.ts';
import { addRelease, sectionOf } from './changelog-file.ts';
import { setVersion, versionFiles, versions } from './versions.ts';

/**
 * Writes the version to every file that names it and moves the fragments into CHANGELOG.md. Again, it changes nothing.
 * Returns what is to be committed together, as sentences.
 */
export function prepare(root: string, version: string, day: string, dryRun: boolean): string[] {
  const folder = join(root, 'changelog.d');
  const fragments = readFragments(folder);
  const file = join(root, 'CHANGELOG.md');
  const before = existsSync(file) ? readFileSync(file, 'utf8') : '';
  const after = addRelease(before, version, day, fragments);
  const old = new Set(versions(root).map((each) => each.version));
  if (!dryRun) {
    setVersion(root, version);
    writeFileSync(file, after);
    for (const each of fragments) rmSync(join(folder, each.file));
  }
  return [
    `version: ${[...old].join(', ')} -> ${version}`,
    `changelog: ${fragments.length} fragments ${dryRun ? 'would be' : 'were'} moved into CHANGELOG.md`,
    ...(dryRun ? ['', sectionOf(after, version) ?? ''] : []),
    ...(dryRun
      ? []
      : [
          '',
          'Look at it, then:',
          `  git add -- ${[...versionFiles, 'CHANGELOG.md', 'changelog.d'].join(' ')}`,
          `  git commit -m "Release ${version}"`,
          '  npm run release',
        ]),
  ];
}
