import { appendFileSync } from 'node:fs';
import type { Reporter, TestModule } from 'vitest/node';

/** How many tests of one or several runs passed, failed and were skipped. */
export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** What one run of the tests came to. */
export interface Tallied extends Counts {
  /** Names of the tests that failed. */
  readonly failures: readonly string[];
  /** Names of those that passed only when they were tried again. */
  readonly flaky: readonly string[];
}

/** The line that closes a run: `N passed, N failed, N skipped`. */
export function closingLine({ passed, failed, skipped }: Counts): string {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}

/** What a reader has to know first, a line each: which tests failed, and which passed at the second try only. */
export function namedLines({ failures, flaky }: Pick<Tallied, 'failures' | 'flaky'>): readonly string[] {
  return [
    ...failures.map((name) => `failed: ${name}`),
    ...flaky.map((name) => `passed at the second try only: ${name}`),
  ];
}

/**
 * Counts the tests of a run. Errors outside of any test count as failures, and so does a run that was broken off.
 * With `HOLDFAST_TEST_TALLY` set the counts are appended to that file as a line of JSON, for a script that adds up
 * several runs; without it the closing lines are printed.
 */
export class Tally implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[], reason: string): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const of = (state: string) => tests.filter((test) => test.result().state === state);
    const nameOf = (test: (typeof tests)[number]): string =>
      `${test.module.relativeModuleId} > ${test.fullName}`;
    const broken = modules.filter((module) => module.errors().length > 0);
    const failed = of('failed').length + of('pending').length + broken.length + errors.length;
    const tallied: Tallied = {
      passed: of('passed').length,
      failed: reason === 'passed' ? failed : Math.max(failed, 1),
      skipped: of('skipped').length,
      failures: [
        ...[...of('failed'), ...of('pending')].map(nameOf),
        ...broken.map(({ relativeModuleId }) => relativeModuleId),
      ],
      flaky: of('passed')
        .filter((test) => test.diagnostic()?.flaky === true)
        .map(nameOf),
    };
    const file = process.env['HOLDFAST_TEST_TALLY'];
    if (file !== undefined) appendFileSync(file, `${JSON.stringify(tallied)}\n`);
    else for (const line of [...namedLines(tallied), closingLine(tallied)]) console.log(line);
  }
}
