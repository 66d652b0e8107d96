import type { AuditRun } from '../../model/audit.ts';
import type { ClosedRange, CountInventory } from '../../sources/inventory.ts';
import type { DayCount } from '../../store/port.ts';
import type { AuditPorts } from '../port.ts';
import { progressOf, type CountsStep } from './progress.ts';
import type { AuditEvent, Counted } from './event.ts';

/** Asks what the interval in hand holds, and counts what is here of it. */
export async function countStep(
  run: AuditRun,
  step: CountsStep,
  ports: AuditPorts,
  left: number,
): Promise<AuditEvent> {
  const inventory = countsOf(ports);
  const range = step.todo[0] ?? step.blocks[0] ?? run.range;
  const turn = step.plain ? 0 : progressOf(run).turn;
  const reading = await ports.ask(inventory.count(range, turn), left);
  const stored = await storedIn(range, run, ports);
  const about = {
    type: 'counted',
    storedRows: stored.rows,
    storedFirst: stored.first,
    stream: inventory.stream,
    walkRows: inventory.walkRows,
  } as const satisfies Partial<Counted>;
  if (reading.type === 'page')
    return { ...about, rows: reading.announced, first: reading.announcedNew ?? null, beyond: false };
  if (reading.type !== 'nothing') return { type: 'failed', why: reading.detail };
  // "Nothing" is also what an outage answers: it says something only where nothing is here either.
  const rows = stored.rows === 0 && (step.plain || turn % 3 === 0) ? 0 : null;
  return { ...about, rows, first: rows, beyond: rows === null };
}

function countsOf({ source }: AuditPorts): CountInventory {
  if (source.inventory?.method !== 'counts') throw new TypeError(`source ${source.id} counts no rows`);
  return source.inventory;
}

/** The days of a whole range are counted once a turn: stores look through all rows for it. */
const counted = new WeakMap<AuditPorts, Promise<readonly DayCount[]>>();

function countedDays(run: AuditRun, ports: AuditPorts): Promise<readonly DayCount[]> {
  const known = counted.get(ports) ?? ports.store.countByDay(ports.source.id, run.range);
  counted.set(ports, known);
  return known;
}

/** Rows that are here; what lies in the quarantine by its name is visible, and counted too. What has none may be here as well. */
async function storedIn(
  range: ClosedRange,
  run: AuditRun,
  ports: AuditPorts,
): Promise<{ rows: number; first: number }> {
  const { source, store } = ports;
  const days = (await countedDays(run, ports)).filter(({ day }) => day >= range.from && day < range.to);
  const quarantine = await store.quarantine({ source: source.id, state: 'open' });
  const unparsed = quarantine.filter(
    ({ id, datestamp }) =>
      id !== null && datestamp !== null && datestamp >= range.from && datestamp < range.to,
  );
  return {
    rows: days.reduce((sum, { rows }) => sum + rows, unparsed.length),
    first: days.reduce((sum, { first }) => sum + first, unparsed.length),
  };
}
