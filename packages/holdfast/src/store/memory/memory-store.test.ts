import { VirtualClock } from '@holdfast/resilience/clock';
import { storeConformance } from '../conformance.ts';
import { MemoryStore } from './memory-store.ts';

storeConformance('memory', async () => {
  const clock = new VirtualClock();
  const store = new MemoryStore({ clock });
  return { store, clock, reader: () => store, dispose: () => store.close() };
});
