import type { Incident, IncidentAction } from '../model/incident.ts';
import { withAction } from '../model/with-action.ts';
import type { Store, StoreReader } from './port.ts';

/** Damage of the store that is known and not over. */
export async function openDamage(reader: Pick<StoreReader, 'incidents'>): Promise<readonly Incident[]> {
  const open = await reader.incidents({ open: true });
  return open.filter(({ cause }) => cause === 'integrity');
}

/** Ends what is open of damage, after a check of everything that found none: `check` tells which, and when. */
export async function endDamage(
  store: Pick<Store, 'incidents' | 'putIncidents'>,
  check: IncidentAction,
): Promise<void> {
  const open = await openDamage(store);
  if (open.length === 0) return;
  await store.putIncidents(
    open.map((incident) => withAction({ ...incident, recoveredAt: check.at, nextAttemptAt: null }, check)),
  );
}
