import type { BadItem } from '../../model/item.ts';
import type { QuarantineEntry } from '../port.ts';

type Known = Pick<QuarantineEntry, 'state' | 'code' | 'reason' | 'datestamp'>;

/**
 * The state of an entry whose bytes have come (again): one that a person acknowledged stays so, one that its
 * record has settled stays so while the record is stored at least as new, any other is open.
 */
export function stateOfBad(
  known: Known | null,
  bad: BadItem,
  storedStamp: string | null,
): QuarantineEntry['state'] {
  if (known?.state === 'acknowledged') return 'acknowledged';
  const { datestamp } = bad;
  if (known?.state === 'redriven') {
    return datestamp !== null && storedStamp !== null && storedStamp >= datestamp ? 'redriven' : 'open';
  }
  // On the same stamp the bytes may be newer than what is stored, so only a newer record settles a first sight.
  return !known && datestamp !== null && storedStamp !== null && storedStamp > datestamp
    ? 'redriven'
    : 'open';
}

/** Whether a record that is stored under this stamp settles an open entry. */
export function settlesEntry(entry: Pick<QuarantineEntry, 'datestamp'>, stamp: string): boolean {
  return entry.datestamp === null || stamp >= entry.datestamp;
}
