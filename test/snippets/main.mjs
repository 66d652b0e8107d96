/*
 * Runs programs of the documents one after the other, each in a folder of its own, and tells the parent what became of
 * each: `main.mjs FILE=FOLDER …`. One process for several, since loading the library takes longer than most of them.
 */
import { pathToFileURL } from 'node:url';
import { forget } from './world.mjs';

/** What may hold the process up after a program has ended: a timer or socket that nobody ended. */
const PATIENCE_MS = 10_000;

let current;
let problems = [];

const note = (problem) =>
  problems.push(problem instanceof Error ? (problem.stack ?? problem.message) : String(problem));
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

process.on('unhandledRejection', note);
process.on('uncaughtException', note);
process.on('warning', note);
process.on('exit', () => {
  if (current !== undefined)
    process.send?.({ file: current, problems: [...problems, 'it never comes to its end'] });
});

/** Waits until nothing is left that would keep a process of its own alive. */
async function untilIdle(before) {
  let left;
  for (let waited = 0; waited < PATIENCE_MS; waited += 20) {
    // Warnings and rejections that are nobody's come in a later turn.
    await sleep(20);
    left = process.getActiveResourcesInfo().toSorted();
    if (left.length <= before.length) return;
  }
  note(`keeps the process alive: ${left.join(', ')}, and before it ${before.join(', ')}`);
}

// The first output makes a resource of its own, which stays.
for (const stream of [process.stdout, process.stderr]) stream.write('programs\n');
await sleep(20);
// The programs have no arguments.
const programs = process.argv.splice(2);
for (const argument of programs) {
  const [file, folder] = argument.split('=');
  current = file;
  problems = [];
  forget();
  process.chdir(folder);
  const before = process.getActiveResourcesInfo().toSorted();
  try {
    await import(pathToFileURL(file).href);
  } catch (error) {
    note(error);
  }
  await untilIdle(before);
  if (process.exitCode !== undefined && process.exitCode !== 0)
    note(`ends with the code ${process.exitCode}`);
  process.exitCode = undefined;
  for (const signal of ['SIGINT', 'SIGTERM']) process.removeAllListeners(signal);
  current = undefined;
  process.send({ file, problems });
}
process.disconnect();
