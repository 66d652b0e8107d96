import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { neededPackages } from '../../packages/holdfast/src/service/package-files.ts';
import { writeArchive } from './archive.ts';
import { writeChecksums } from './checksums.ts';
import { nodeFiles } from './node-package.ts';
import { npm } from './npm.ts';
import type { Platform } from './platforms.ts';
import { bill, componentsOf } from './sbom.ts';
import { versions } from './versions.ts';

/** What is made, of what, and where. */
export interface Plan {
  readonly root: string;
  /** Emptied first. */
  readonly out: string;
  /** Packages of Node that were fetched stay here. */
  readonly cache: string;
  readonly platforms: readonly Platform[];
  /** Takes this machine's Node from node_modules instead of fetching it. */
  readonly installedNode?: boolean;
  readonly say: (line: string) => void;
}

/** A step of a release, in the order of `steps`. */
interface Step {
  readonly name: string;
  readonly about: string;
  /** The files that it made, relative to `out`. */
  readonly run: (plan: Plan) => Promise<readonly string[]> | readonly string[];
}

/** What a release does, in this order, each step over what the ones before it left. */
export const steps: readonly Step[] = [
  { name: 'build', about: 'everything anew, into empty folders', run: build },
  { name: 'packages', about: 'npm pack of the library and of the application', run: pack },
  { name: 'archives', about: 'for each platform, with its Node', run: archives },
  { name: 'sbom', about: 'what is in the packages, in CycloneDX 1.6', run: inventory },
];

/** Runs the steps named, then writes the checksums of everything they made. Returns the files, relative to `out`. */
export async function make(plan: Plan, names: readonly string[]): Promise<readonly string[]> {
  rmSync(plan.out, { recursive: true, force: true });
  mkdirSync(plan.out, { recursive: true });
  const made: string[] = [];
  for (const step of steps.filter(({ name }) => names.includes(name))) {
    plan.say(`== ${step.name}: ${step.about}`);
    made.push(...(await step.run(plan)));
  }
  plan.say('== checksums: SHA-256 of every file');
  writeChecksums(plan.out, made);
  return [...made, 'SHA256SUMS'];
}

/** The time that files are stamped with: `SOURCE_DATE_EPOCH`, else that of the last commit. */
export function sourceTime(root: string): number {
  const told = process.env['SOURCE_DATE_EPOCH'];
  const text = told ?? execFileSync('git', ['log', '-1', '--format=%ct'], { cwd: root, encoding: 'utf8' });
  const seconds = Number(text.trim());
  if (!Number.isInteger(seconds) || seconds <= 0) throw new Error(`SOURCE_DATE_EPOCH is no time: ${text}`);
  return seconds;
}

function versionOf(root: string): string {
  const [first] = versions(root);
  if (first === undefined) throw new Error('no package.json names a version');
  return first.version;
}

function build({ root }: Plan): readonly string[] {
  const { status } = spawnSync(process.execPath, [join(root, 'tools/build.ts'), '--clean'], {
    cwd: root,
    stdio: 'inherit',
  });
  if (status !== 0) throw new Error(`the build ended with ${String(status)}`);
  return [];
}

function pack({ root, out }: Plan): readonly string[] {
  return ['packages/resilience', 'packages/holdfast'].map((folder) => {
    const [packed] = JSON.parse(npm(join(root, folder), 'pack', '--json', '--pack-destination', out)) as {
      filename: string;
    }[];
    if (packed === undefined) throw new Error(`npm pack said nothing about ${folder}`);
    return packed.filename;
  });
}

async function archives({
  root,
  out,
  cache,
  platforms,
  installedNode,
  say,
}: Plan): Promise<readonly string[]> {
  const files: string[] = [];
  for (const platform of platforms) {
    say(`   ${platform.name}`);
    const node = nodeFiles(root, platform, cache, installedNode);
    const inputs = { root, platform, node, version: versionOf(root), seconds: sourceTime(root) };
    files.push(await writeArchive(out, inputs));
  }
  return files;
}

function inventory({ root, out }: Plan): readonly string[] {
  const version = versionOf(root);
  const file = `holdfast-${version}.cdx.json`;
  const packages = neededPackages(join(root, 'packages/holdfast'));
  const subject = { name: `holdfast-${version}`, version, seconds: sourceTime(root) };
  writeFileSync(join(out, file), bill(subject, componentsOf(root, packages)));
  return [file];
}
