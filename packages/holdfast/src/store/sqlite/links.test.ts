import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '@holdfast/resilience/clock';
import { expect, test } from 'vitest';
import { Harvest, leased, paper } from '../testing/fixtures.ts';
import { openPlain } from './database.ts';
import { openStore } from './index.ts';

test('a store whose words were indexed before there were links gets them, and is searched meanwhile', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-links-'));
  const file = join(folder, 'holdfast.db');
  const store = await openStore({ file, clock: systemClock });
  try {
    const harvest = new Harvest(store, await leased(store));
    await harvest.add(['a', 'b'].map((id) => paper({ id, title: 'quantum', doi: '10.1234/x' })));
    expect(await store.index(100)).toBe(0);
    const db = openPlain(file);
    db.exec("DELETE FROM links; DELETE FROM counters WHERE name = 'linked'");
    db.close();
    await harvest.add([paper({ id: 'c', title: 'quantum', doi: '10.1234/x' })]);
    expect(await store.index(1)).toBe(2);
    expect(await store.search('quantum')).toHaveLength(2);
    expect(await store.index(100)).toBe(0);
    expect((await store.related('s', 'a')).exact.map(({ id }) => id)).toEqual(['b', 'c']);
    expect(await store.search('quantum')).toHaveLength(3);
  } finally {
    await store.close();
    rmSync(folder, { recursive: true });
  }
});
