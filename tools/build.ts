/** Builds the packages in the order of their dependencies and puts the simulator and the drill into holdfast's dist. `--clean` empties dist first. */
import { spawnSync } from 'node:child_process';
import { cpSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';
import { bundleEngine } from './bundle-engine.ts';
import { bundleSimulation } from './bundle-simulation.ts';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin', 'tsc');

// The drill is part of the application that it judges: users run it on what they installed.
for (const name of ['packages/resilience', 'packages/upstream', 'packages/holdfast', 'drill']) {
  const folder = join(root, name);
  if (process.argv.includes('--clean')) rmSync(join(folder, 'dist'), { recursive: true, force: true });
  const { status } = spawnSync(process.execPath, [tsc, '-p', folder], { stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}
// The simulator is started as its own process from the published package, which has no dependency on it.
cpSync(join(root, 'packages/upstream/dist'), join(root, 'packages/holdfast/dist/upstream'), {
  recursive: true,
});
// The guide is served by the page's process, and is read without a network.
cpSync(join(root, 'docs/guide'), join(root, 'packages/holdfast/dist/guide'), { recursive: true });
// The supervisor is loaded from one file: each module of its own would cost it memory for as long as it runs.
const supervisor = await rolldown({
  input: join(root, 'packages/holdfast/dist/daemon/main.js'),
  platform: 'node',
  external: [/^node:/],
  treeshake: { moduleSideEffects: false },
});
await supervisor.write({
  file: join(root, 'packages/holdfast/dist/daemon/supervise.cjs'),
  format: 'cjs',
  codeSplitting: false,
  // Started by its path too, which spares it what the launcher has loaded.
  outro: 'if (require.main === module) void main(process.argv.slice(2));',
  minify: { compress: true, mangle: false, codegen: true },
});
await bundleEngine(join(root, 'packages/holdfast/dist'));
// The drill plays the histories on what is installed.
await bundleSimulation(join(root, 'packages/holdfast'));
