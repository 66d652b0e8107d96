import { test } from 'vitest';
import { feedCases } from './testing/feed-cases.ts';
import type { Bench, Case } from './testing/fixtures.ts';
import { healthCases } from './testing/health-cases.ts';
import { leaseCases } from './testing/lease-cases.ts';
import { momentCases } from './testing/moment-cases.ts';
import { linkCases } from './testing/link-cases.ts';
import { proofCases } from './testing/proof-cases.ts';
import { readCases } from './testing/read-cases.ts';
import { recordCases } from './testing/record-cases.ts';
import { troubleCases } from './testing/trouble-cases.ts';
import { upkeepCases } from './testing/upkeep-cases.ts';

/**
 * What every store has to do, run by the tests of each.
 * @param make opens an empty store.
 * @param skips names of cases that this store need not pass; only durability may be skipped.
 */
export function storeConformance(
  name: string,
  make: () => Promise<Bench>,
  skips: readonly string[] = [],
): void {
  const cases: readonly Case[] = [
    ...linkCases,
    ...leaseCases,
    ...recordCases,
    ...feedCases,
    ...troubleCases,
    ...readCases,
    ...momentCases,
    ...proofCases,
    ...healthCases,
    ...upkeepCases,
  ];
  const unknown = skips.filter((skip) => !cases.some(([title]) => title === skip));
  if (unknown.length > 0) throw new Error(`no such case: ${unknown.join(', ')}`);
  for (const [title, prove] of cases) {
    test.skipIf(skips.includes(title))(`${name}: ${title}`, async () => {
      const bench = await make();
      try {
        await prove(bench);
      } finally {
        await bench.dispose();
      }
    });
  }
}
