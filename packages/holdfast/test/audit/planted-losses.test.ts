import type { Kind } from '@holdfast/upstream';
import { expect, test } from 'vitest';
import { AuditMachine } from './audit-machine.ts';

const KINDS: readonly Kind[] = ['arxiv', 'oai-pmh', 'biorxiv', 'medrxiv'];

/** A thousand take their time, except from a list of keys; a hundred take the same ways. */
const FULL = process.env['HOLDFAST_TEST_FULL'] === '1';

for (const kind of KINDS) {
  for (const count of [1, 10, FULL || kind === 'oai-pmh' ? 1_000 : 100]) {
    test(`${String(count)} records that ${kind} lost behind our back are found and repaired`, async () => {
      // Two rows in three of a preprint server are first versions.
      const machine = new AuditMachine({ kind, records: count === 1_000 ? 2_600 : 300, pageSize: 100 });
      await machine.harvest();
      expect((await machine.compare()).lost).toEqual([]);
      machine.lose(await machine.drawIds(count));
      const { lost } = await machine.compare();
      expect(lost.length).toBeGreaterThanOrEqual(count);
      const run = await machine.audit();
      expect(run).toMatchObject({ state: 'ended', missing: lost.length });
      expect(run.note).toContain('all of them are here now');
      const after = await machine.compare();
      expect(after).toMatchObject({ lost: [], unexpected: [], duplicated: [], impolite: [], gaps: 0 });
      if (count >= 100) return;
      const again = await machine.audit();
      expect(again).toMatchObject({ state: 'ended', missing: 0 });
      expect(again.note).toContain('nothing was missing');
    });
  }
}
