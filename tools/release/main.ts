/**
 * `npm run release -- --prepare VERSION` writes the version and the changelog; what it changed is committed.
 * `npm run release` then makes, into `release/`: both npm packages, an archive for each platform, a bill of materials
 * and checksums. It publishes nothing and tags nothing; it prints the commands that do. See docs/releasing.md.
 */
import { statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { make, steps } from './make.ts';
import { platforms } from './platforms.ts';
import { prepare } from './prepare.ts';
import { obstacles, obstaclesOfFolder, obstaclesToPrepare } from './ready.ts';
import { versions } from './versions.ts';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

const options = {
  prepare: { type: 'string' },
  'dry-run': { type: 'boolean', default: false },
  out: { type: 'string', default: 'release' },
  platform: { type: 'string', multiple: true },
  'no-build': { type: 'boolean', default: false },
} as const;

function refuse(found: readonly string[]): number {
  console.error(['No release:', ...found.map((each) => `  ${each}`)].join('\n'));
  return 1;
}

function print(out: string, files: readonly string[]): void {
  const version = versions(root)[0]?.version ?? '';
  const sizes = files.map((file) => [file, (statSync(join(out, file)).size / 1e6).toFixed(2)] as const);
  const width = Math.max(...files.map((file) => file.length));
  console.log(`\nMade in ${out}:`);
  for (const [file, size] of sizes) console.log(`  ${file.padEnd(width)}  ${size.padStart(8)} MB`);
  const tarballs = files.filter((file) => file.endsWith('.tgz')).map((file) => join(out, file));
  console.log('\nNothing was published and nothing was tagged. Try it as docs/releasing.md says, then:');
  console.log(`  git tag -a v${version} -m "Holdfast ${version}"`);
  for (const tarball of tarballs) console.log(`  npm publish --access public ${tarball}`);
}

async function main(args: string[]): Promise<number> {
  const { values } = parseArgs({ args, options });
  const dryRun = values['dry-run'];
  if (values.prepare !== undefined) {
    const found = obstaclesToPrepare(root, values.prepare);
    if (found.length > 0 && !dryRun) return refuse(found);
    const day = new Date().toISOString().slice(0, 10);
    console.log([...found, ...prepare(root, values.prepare, day, dryRun)].join('\n'));
    return 0;
  }
  const wanted = platforms.filter(
    ({ name }) => values.platform === undefined || values.platform.includes(name),
  );
  if (wanted.length === 0) return refuse([`No platform is named ${String(values.platform)}.`]);
  const names = steps.map(({ name }) => name).filter((name) => name !== 'build' || !values['no-build']);
  const out = resolve(root, values.out);
  const found = [...obstacles(root), ...obstaclesOfFolder(root, out)];
  if (dryRun) {
    console.log([...names, 'checksums'].map((name, at) => `${at + 1}. ${name}`).join('\n'));
    console.log(`Archives: ${wanted.map(({ name }) => name).join(', ')}`);
  }
  if (found.length > 0) return refuse(found);
  if (dryRun) return 0;
  const plan = { root, out, cache: join(root, '.release-cache'), platforms: wanted, say: console.log };
  print(out, await make(plan, names));
  return 0;
}

if (import.meta.main) process.exitCode = await main(process.argv.slice(2));
