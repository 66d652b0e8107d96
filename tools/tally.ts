import { appendFileSync } from 'node:fs';
import type { Reporter, TestModule } from 'vitest/node';

/** How many tests of one or several runs passed, failed and were skipped. */
export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** The line that closes a run: `N passed, N failed, N skipped`. */
export function closingLine({ passed, failed, skipped }: Counts): string {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}

/**
 * Counts the tests of a run. Errors outside of any test count as failures, and so does a run that was broken off.
 * With `HOLDFAST_TEST_TALLY` set the counts are appended to that file as a line of JSON, for a script that adds up
 * several runs; without it the closing line is printed.
 */
export class Tally implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[], reason: string): void {
    const states = modules.flatMap((module) =>
      [...module.children.allTests()].map((test) => test.result().state),
    );
    const count = (state: string): number => states.filter((each) => each === state).length;
    const broken = modules.reduce((sum, module) => sum + module.errors().length, errors.length);
    const failed = count('failed') + count('pending') + broken;
    const counts = {
      passed: count('passed'),
      failed: reason === 'passed' ? failed : Math.max(failed, 1),
      skipped: count('skipped'),
    };
    const file = process.env['HOLDFAST_TEST_TALLY'];
    if (file === undefined) console.log(closingLine(counts));
    else appendFileSync(file, `${JSON.stringify(counts)}\n`);
  }
}
