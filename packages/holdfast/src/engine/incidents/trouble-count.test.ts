import { VirtualClock } from '@holdfast/resilience/clock';
import { expect, test } from 'vitest';
import type { EngineEvent } from '../../model/event.ts';
import { TroubleCount, type Counted } from './trouble-count.ts';

type CountedStore = ConstructorParameters<typeof TroubleCount>[0];

test('a source whose record was settled while another got one is told apart, though the number is the same', async () => {
  const clock = new VirtualClock();
  let sources = ['a'];
  const store = {
    stats: () => Promise.resolve({ gapsOpen: 0, quarantined: sources.length }),
    gaps: () => Promise.resolve([]),
    quarantine: () => Promise.resolve(sources.map((source) => ({ source }))),
  } as unknown as CountedStore;
  const count = new TroubleCount(store, clock);
  const names = (counted: Counted | null): readonly string[] => [...(counted?.quarantined.keys() ?? [])];
  expect(names(await count.read())).toEqual(['a']);
  sources = ['b'];
  count.observe({ kind: 'quarantine', at: 0, source: 'b' } as EngineEvent);
  await clock.advance(10_000);
  expect(names(await count.read())).toEqual(['b']);
});
