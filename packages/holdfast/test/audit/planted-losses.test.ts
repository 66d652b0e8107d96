import type { Kind } from '@holdfast/upstream';
import { expect, test } from 'vitest';
import { AuditMachine } from './audit-machine.ts';

const KINDS: readonly Kind[] = ['arxiv', 'oai-pmh', 'biorxiv', 'medrxiv'];

/** medRxiv is bioRxiv's code by another name. */
const FULL = process.env['HOLDFAST_TEST_FULL'] === '1';

for (const kind of KINDS) {
  for (const count of [1, 10, 1_000]) {
    test.skipIf(!FULL && kind === 'medrxiv' && count === 1_000)(
      `${String(count)} records that ${kind} lost behind our back are found and repaired`,
      async () => {
        const records =
          count === 1_000 ? (kind.endsWith('orxiv') || kind.endsWith('drxiv') ? 2_600 : 1_500) : 300;
        const machine = new AuditMachine({ kind, records, pageSize: 100 });
        await machine.harvest();
        expect((await machine.compare()).lost).toEqual([]);
        const ids = await machine.drawIds(count);
        machine.lose(ids);
        const before = await machine.compare();
        expect(before.lost.length).toBeGreaterThanOrEqual(count);
        const run = await machine.audit();
        expect(run).toMatchObject({ state: 'ended', missing: before.lost.length });
        expect(run.note).toContain('all of them are here now');
        const after = await machine.compare();
        expect([after.lost, after.unexpected, after.duplicated, after.impolite, after.gaps]).toEqual([
          [],
          [],
          [],
          [],
          0,
        ]);
        if (count === 1_000) return;
        const again = await machine.audit();
        expect(again).toMatchObject({ state: 'ended', missing: 0 });
        expect(again.note).toContain('nothing was missing');
      },
    );
  }
}
