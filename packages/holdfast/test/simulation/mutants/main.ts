/**
 * `npm run mutants`: runs the simulation against copies of the sources with one deliberate mistake each. Every
 * mutant must be caught, and the same seeds must pass without a mistake, in this run. Exit 5 otherwise.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { mutants, type Mutant } from './catalogue.ts';

const SEEDS = 400;
const application = join(dirname(fileURLToPath(import.meta.url)), '../../..');
const packages = join(application, '..');
const workshop = join(packages, '../.mutants');

rmSync(workshop, { recursive: true, force: true });
let failed = 0;
try {
  report('no mistake', simulate(application, false), false);
  for (const mutant of mutants) report(mutant.name, simulate(copyWith(mutant), true), true);
} finally {
  rmSync(workshop, { recursive: true, force: true });
}
process.stdout.write(`${String(mutants.length - failed)} of ${String(mutants.length)} mutants caught\n`);
process.exitCode = failed === 0 ? 0 : 5;

/** A copy of the application's sources and simulation, beside the same packages. */
function copyWith(mutant: Mutant): string {
  const folder = join(workshop, mutant.name.replaceAll(' ', '-'), 'packages');
  mkdirSync(folder, { recursive: true });
  const copy = join(folder, 'holdfast');
  for (const part of ['src', 'test/simulation', 'package.json']) {
    cpSync(join(application, part), join(copy, part), { recursive: true });
  }
  // Modules are resolved as in the original: the library and the simulated upstreams stay unmutated.
  symlinkSync(join(packages, '../node_modules'), join(folder, '../node_modules'), 'junction');
  const file = join(copy, 'src', mutant.file);
  const text = readFileSync(file, 'utf8');
  const mutated = text.replace(mutant.find, () => mutant.replace);
  if (mutated === text)
    throw new Error(`${mutant.name}: ${mutant.file} has no longer the text that is replaced`);
  writeFileSync(file, mutated);
  return copy;
}

function simulate(
  folder: string,
  stopAtFirst: boolean,
): { readonly caught: boolean; readonly seeds: string } {
  const main = join(folder, 'test/simulation/main.ts');
  const flags = [
    '--conditions=@holdfast/source',
    main,
    '--seeds',
    String(SEEDS),
    ...(stopAtFirst ? ['--stop-at-first'] : []),
  ];
  const { status, stdout } = spawnSync(process.execPath, flags, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (status !== 0 && status !== 5)
    throw new Error(`the simulation in ${folder} ended with ${String(status)}`);
  return { caught: status === 5, seeds: /^VIOLATION (.*)$/m.exec(stdout)?.[1] ?? '' };
}

function report(
  name: string,
  { caught, seeds }: { caught: boolean; seeds: string },
  expected: boolean,
): void {
  if (caught !== expected) failed += 1;
  process.stdout.write(
    `${caught === expected ? 'ok  ' : 'FAIL'} ${name}: ${caught ? seeds : `${String(SEEDS)} seeds passed`}\n`,
  );
}
