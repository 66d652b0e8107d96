/** Adds up the runs that `tally.ts` counted into a file: `node tools/total.ts FILE FAILED_STEPS` prints the closing lines. */
import { readFileSync } from 'node:fs';
import { closingLine, namedLines } from './tally.ts';
import type { Counts, Tallied } from './tally.ts';

const [file = '', failedSteps = '0'] = process.argv.slice(2);
const runs = readFileSync(file, 'utf8')
  .split('\n')
  .filter((line) => line !== '')
  .map((line) => JSON.parse(line) as Tallied);
const sum = (key: keyof Counts): number => runs.reduce((total, counts) => total + counts[key], 0);

for (const line of runs.flatMap(namedLines)) console.log(line);
// A step that failed without a failed test, such as the linter, shows in the total as well.
const failed = Math.max(sum('failed'), Number(failedSteps));
console.log(closingLine({ passed: sum('passed'), failed, skipped: sum('skipped') }));
