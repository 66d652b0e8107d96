import type { Reading } from '../port.ts';

/** What every OAI-PMH request accepts; a missing header makes some edges answer 406. */
export const OAI_ACCEPT = 'text/xml, application/xml;q=0.9, */*;q=0.1';

/** What a second listing of the same range says: only the protocol's own word makes it empty. */
export function judgeEmptyRange(reading: Reading): 'empty' | 'not-empty' | 'unclear' {
  if (reading.type === 'nothing') return 'empty';
  return reading.type === 'page' && reading.count > 0 ? 'not-empty' : 'unclear';
}
