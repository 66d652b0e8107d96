import type { AuditList } from '../audit/port.ts';
import type { Day } from '../model/day.ts';
import type { IdentifierInventory } from '../sources/inventory.ts';
import type { Source } from '../sources/port.ts';
import type { WalkContext } from './walk.ts';

/** The side stream as which an inventory's identifiers are walked. */
const INVENTORY = '~audit';

/** What a walk needs that is wanted by an audit. */
export function auditContext(source: Source, { stream, range, turn }: AuditList, today: Day): WalkContext {
  const common = { range, look: turn, today };
  if (stream !== null) return { ...common, source, stream };
  if (source.inventory?.method !== 'identifiers')
    throw new TypeError(`source ${source.id} lists no identifiers`);
  return { ...common, source: listing(source, source.inventory, { range, turn }), stream: INVENTORY };
}

/** The source as one whose only list is that of its identifiers, so that it is walked like every list. */
function listing(
  source: Source,
  inventory: IdentifierInventory,
  { range, turn }: Omit<AuditList, 'stream'>,
): Source {
  return {
    ...source,
    streams: [
      { name: INVENTORY, windowDays: 1, lagDays: 0, countsRows: false, secondLook: false, earliest: null },
    ],
    first: (_stream, _range, _look, today) => inventory.first(range, turn, today),
    resume: (_stream, _range, _look, datestamp, today) => inventory.resume(range, turn, datestamp, today),
    confirmEmpty: (_stream, _range, today) => inventory.first(range, turn + 1, today),
  };
}
