/** Adds up the runs that `tally.ts` counted into a file: `node tools/total.ts FILE FAILED_STEPS` prints the closing line. */
import { readFileSync } from 'node:fs';
import { closingLine } from './tally.ts';
import type { Counts } from './tally.ts';

const [file = '', failedSteps = '0'] = process.argv.slice(2);
const runs = readFileSync(file, 'utf8')
  .split('\n')
  .filter((line) => line !== '')
  .map((line) => JSON.parse(line) as Counts);
const sum = (key: keyof Counts): number => runs.reduce((total, counts) => total + counts[key], 0);

// A step that failed without a failed test, such as the linter, shows in the total as well.
const failed = Math.max(sum('failed'), Number(failedSteps));
console.log(closingLine({ passed: sum('passed'), failed, skipped: sum('skipped') }));
