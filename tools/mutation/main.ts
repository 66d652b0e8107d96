import { writeFileSync } from 'node:fs';
import { TestChild } from './child-process.ts';
import type { Mutant } from './find-mutants.ts';
import { explain, readKnownSurvivors } from './known-survivors.ts';
import { readOptions } from './options.ts';
import { linesOf, reportOn } from './report.ts';
import { sample } from './sample.ts';
import { mutantsIn, testsIn } from './sources.ts';
import { tryMutants } from './try-mutants.ts';
import type { Tried } from './try-mutants.ts';

/*
 * Mutation testing: does a test fail when the code is changed in one place?
 *
 *   npm run mutation -- [FOLDER …] [--only PATHPART] [--operators a,b] [--sample N --seed S] [--jobs N] [--json FILE]
 *                       [--root DIR] [--known FILE] [--limit MS]
 *
 * Every source below the folders (default: policy, clock and tree of the library) is parsed, and each operator of
 * operators/ says what it can change at each node. All changes of a file are written into one text, each behind a
 * question to a global switch (instrument.ts), so that nothing is loaded anew for a mutant but by its worker.
 * The tests below the same folders first run without any mutant, each file by itself, and what each of them reaches
 * is written down. Then a child per job takes one mutant after the other and runs the tests that reach it, the
 * likeliest first, in a fresh worker, until one fails. A mutant that hangs is ended together with its child.
 * Properties of fast-check always get the same seed (`--seed`), so a survivor survives again.
 *
 * Not changed: types, imports, names of properties, regular expressions, and sentences for people (people-text.ts).
 * No mutant is left out by hand. One that survives for a reason is explained in survivors.json; one that is
 * explained as equivalent does not count against the score that decides, every other one does.
 *
 * Exit codes: 0, 1 the tests are not green without mutants or there are no mutants, 2 wrong arguments, 5 less than
 * 90 % of the mutants were noticed, 130 Ctrl-C.
 */
const LEAST_SCORE = 90;
/** After how many mutants a log hears that the run goes on. */
const STEP = 100;

process.on('exit', () => TestChild.killAll());
process.on('SIGINT', () => process.exit(130));
process.on('SIGTERM', () => process.exit(143));

const options = orExit(2, () => readOptions(process.argv.slice(2)));
const known = orExit(2, () => readKnownSurvivors(options.known));
const files = mutantsIn(options.root, options.folders, options);
const all = files.flatMap(({ mutants }) => mutants);
const chosen = options.sample === undefined ? all : sample(all, options.sample, options.seed);
if (chosen.length === 0) {
  console.error(
    `There is nothing to change in ${options.folders.join(', ')} (--only ${options.only || 'not given'}).`,
  );
  process.exit(1);
}
console.log(
  `${count(all.length, 'mutant')} in ${count(files.length, 'file')}` +
    (chosen.length < all.length ? `; of these ${chosen.length}, picked by --seed ${options.seed}` : ''),
);
try {
  const isGood = await runAll(chosen);
  process.exit(isGood ? 0 : 5);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}

async function runAll(mutants: readonly Mutant[]): Promise<boolean> {
  const begun = performance.now();
  const tried = await tryMutants({
    root: options.root,
    tests: testsIn(options.root, options.folders),
    files,
    mutants,
    jobs: options.jobs,
    seed: options.seed,
    limitMs: options.limitMs,
    onPhase: (what) => console.log(`${what} (${seconds(begun)} s)`),
    onTried: (last, done) => showProgress(last, done, mutants.length),
  });
  const isWhole = mutants.length === all.length && options.operators.length > 20;
  const report = reportOn(tried, explain(known, tried, { isWhole }));
  if (options.json !== undefined)
    writeFileSync(options.json, `${JSON.stringify({ ...report, tried }, null, 1)}\n`);
  if (process.stdout.isTTY) process.stdout.write('\r\u001B[K');
  for (const line of linesOf(report)) console.log(line);
  const { netScore } = report.total;
  const isGood = netScore >= LEAST_SCORE;
  console.log(
    `\n${seconds(begun)} s. ${netScore.toFixed(1)} % of the mutants that are not equivalent were noticed; ` +
      `${isGood ? 'enough' : 'too few'}: ${LEAST_SCORE} % have to be.`,
  );
  return isGood;
}

function showProgress({ mutant, outcome }: Tried, done: number, whole: number): void {
  if (!process.stdout.isTTY) {
    if (done % STEP === 0) console.log(`${done}/${whole}`);
    return;
  }
  const line = `${done}/${whole} ${outcome} ${mutant.file}:${mutant.line} ${mutant.operator}`;
  process.stdout.write(`\r\u001B[K${line.slice(0, process.stdout.columns - 1)}`);
}

function count(many: number, what: string): string {
  return `${many} ${what}${many === 1 ? '' : 's'}`;
}

function seconds(since: number): string {
  return ((performance.now() - since) / 1_000).toFixed(0);
}

function orExit<T>(code: number, read: () => T): T {
  try {
    return read();
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return process.exit(code);
  }
}
