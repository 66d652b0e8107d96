import type { Incident } from '../model/incident.ts';

/**
 * The incidents of the store, and those that only the engine knows: it cannot write one of a full disk down. What the
 * store has is taken from there: it may be over by now.
 */
export function allIncidents(
  stored: readonly Incident[],
  lasting: readonly Incident[] = [],
): readonly Incident[] {
  const known = new Set(stored.map(({ id }) => id));
  return [...lasting.filter(({ id }) => !known.has(id)), ...stored];
}
