import type { Store } from '../store/port.ts';

/**
 * A person has seen a quarantined record (by its number or its identifier) or a gap (by its key or identifier)
 * and accepts it: it stays listed and no longer degrades. `at` is wall ms. False: there is no such thing.
 */
export async function acknowledge(store: Store, id: string, note: string, at: number): Promise<boolean> {
  const entries = (await store.quarantine()).filter(
    (entry) => entry.state === 'open' && (String(entry.number) === id || entry.id === id),
  );
  for (const { number } of entries) await store.settleQuarantine(number, 'acknowledged', note);
  const gaps = (await store.gaps()).filter(
    (gap) => gap.state === 'open' && (gap.key === id || gap.id === id),
  );
  for (const gap of gaps) {
    const { source, since: _since, ...update } = gap;
    await store.putGaps(
      source,
      [{ ...update, state: 'confirmed-absent', lastAnswer: `acknowledged: ${note}`, nextAt: null }],
      at,
    );
  }
  return entries.length + gaps.length > 0;
}
