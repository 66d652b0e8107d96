import { describe, test } from 'vitest';
import type { Capability, ConformanceSetup } from './testing/bench.ts';
import { lifeCases } from './testing/life-cases.ts';
import { loginCases } from './testing/login-cases.ts';
import { recoveryCases } from './testing/recovery-cases.ts';
import { viewCases } from './testing/view-cases.ts';

export type { Bench, Capability, ConformanceSetup } from './testing/bench.ts';

/**
 * What every adapter has to do, run by the tests of each against its real peer. What a peer cannot show is declared
 * with a reason and printed.
 */
export function adapterConformance<R, S, V>(name: string, setup: ConformanceSetup<R, S, V>): void {
  const { isThere, notCovered } = setup;
  const reasonOf = (needs: readonly Capability[]): string | undefined =>
    needs.map((need) => notCovered[need]).find((reason) => reason !== undefined);
  describe.skipIf(!isThere)(`${name} as an adapter of sessions`, () => {
    for (const { title, needs, prove } of [...lifeCases, ...loginCases, ...viewCases, ...recoveryCases]) {
      const reason = reasonOf(needs);
      const label = reason === undefined ? title : `${title} (not covered: ${reason})`;
      test.skipIf(reason !== undefined)(label, async () => {
        await using bench = await setup.make();
        await prove(bench, setup);
      });
    }
  });
}
