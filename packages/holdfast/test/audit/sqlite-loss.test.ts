import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { VirtualClock } from '@holdfast/resilience/clock';
import { expect, test } from 'vitest';
import { openStore } from '../../src/store/sqlite/sqlite-store.ts';
import { AuditMachine } from './audit-machine.ts';

test('rows that were deleted from the database file are found and repaired', async () => {
  for (const kind of ['arxiv', 'biorxiv'] as const) {
    const folder = mkdtempSync(join(tmpdir(), 'holdfast-audit-'));
    const file = join(folder, 'holdfast.db');
    const store = await openStore({ file, clock: new VirtualClock() });
    try {
      const machine = new AuditMachine({ kind, records: 80, pageSize: 40, days: 40, store });
      await machine.harvest();
      const ids = await machine.drawIds(5);
      const { records } = await store.stats();
      const database = new DatabaseSync(file);
      const lose = database.prepare('DELETE FROM papers WHERE id = ?');
      for (const id of ids) lose.run(id);
      database.close();
      const { lost } = await machine.compare();
      expect(lost.length).toBeGreaterThanOrEqual(5);
      expect(await machine.audit()).toMatchObject({ state: 'ended', missing: lost.length });
      expect(await machine.compare()).toMatchObject({ lost: [], unexpected: [], duplicated: [], gaps: 0 });
      // What came back is counted once, as before it was lost.
      expect((await store.stats()).records).toBe(records);
      expect(await Array.fromAsync(store.verify())).toEqual([]);
    } finally {
      await store.close();
      rmSync(folder, { recursive: true });
    }
  }
});
