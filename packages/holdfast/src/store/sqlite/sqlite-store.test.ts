import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { VirtualClock } from '@holdfast/resilience/clock';
import { storeConformance } from '../conformance.ts';
import type { StoreReader } from '../port.ts';
import { openReader, openStore } from './sqlite-store.ts';

storeConformance('sqlite', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-store-'));
  const file = join(folder, 'holdfast.db');
  const clock = new VirtualClock();
  const store = await openStore({ file, clock });
  const readers: StoreReader[] = [];
  return {
    store,
    clock,
    reader() {
      const reader = openReader({ file });
      readers.push(reader);
      return reader;
    },
    async dispose() {
      for (const reader of readers) await reader.close();
      await store.close();
      rmSync(folder, { recursive: true });
    },
  };
});
