/**
 * Everything that can be judged without running the product. All steps run, so that one look shows all findings;
 * the exit code is 1 when any failed. `npm run check -- lint format` runs the named ones only.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

const steps: readonly (readonly [name: string, ...command: readonly string[]])[] = [
  ['build', 'tools/build.ts'],
  ['types', bin('typescript', 'tsc'), '-p', 'tsconfig.json'],
  ['lint', bin('oxlint')],
  ['format', bin('prettier'), '--check', '--log-level', 'warn', '.'],
  ['unused', bin('knip'), '--no-progress'],
  ['package resilience', bin('publint'), 'run', 'packages/resilience', '--strict'],
  ['package holdfast', bin('publint'), 'run', 'packages/holdfast', '--strict'],
  ['reference', 'tools/reference/main.ts', '--check'],
  ['changelog', 'tools/changelog.ts', '--check'],
];

/** The script behind a command of an installed package, so that no shell and no PATH is needed on any platform. */
function bin(name: string, command: string = name): string {
  const folder = join(root, 'node_modules', name);
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    bin: string | Record<string, string>;
  };
  const script = typeof manifest.bin === 'string' ? manifest.bin : manifest.bin[command];
  if (script === undefined)
    throw new Error(`${name} has no command ${command}: is the right version installed?`);
  return join(folder, script);
}

function main(wanted: readonly string[]): number {
  const chosen = steps.filter(
    ([name]) => wanted.length === 0 || wanted.some((word) => name.startsWith(word)),
  );
  if (chosen.length === 0) throw new Error(`no step is named ${wanted.join(', ')}`);
  const failed = chosen.filter(([name, ...command]) => {
    console.log(`\n== ${name}`);
    return spawnSync(process.execPath, command, { cwd: root, stdio: 'inherit' }).status !== 0;
  });
  const names = failed.map(([name]) => name).join(', ');
  console.log(failed.length === 0 ? '\nAll checks passed.' : `\nFailed: ${names}`);
  return failed.length === 0 ? 0 : 1;
}

process.exitCode = main(process.argv.slice(2));
