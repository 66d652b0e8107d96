import type { AuditRun } from '../../model/audit.ts';
import type { DenseNumbers, IdentifierInventory } from '../../sources/inventory.ts';
import type { AuditPorts } from '../port.ts';
import type { AuditEvent } from './event.ts';
import { gatherNumbers } from './gather-numbers.ts';
import { numbersOf } from './holes.ts';
import { newsOf } from './news.ts';
import type { DensityStep } from './progress.ts';

/** Papers that are here and are asked for in each request. */
const WITNESSES = 2;

/**
 * Gathers numbers that ought to exist and that nobody listed, series by series; asks for them, of many series together,
 * as soon as they fill a request or no series is left.
 */
export async function densityStep(
  run: AuditRun,
  step: DensityStep,
  { dense }: IdentifierInventory,
  ports: AuditPorts,
  left: number,
): Promise<AuditEvent> {
  if (dense === null) throw new TypeError(`source ${ports.source.id} numbers no identifiers`);
  const gathered = step.batch.reduce((sum, { numbers }) => sum + numbersOf(numbers).length, 0);
  const room = dense.batch - WITNESSES - gathered;
  const isLast = step.ended && step.again.length === 0;
  if (gathered > 0 && (room <= 0 || isLast)) return probe(run, step, dense, ports, left);
  return gatherNumbers(run, step, dense, ports, room);
}

async function probe(
  run: AuditRun,
  step: DensityStep,
  dense: DenseNumbers,
  ports: AuditPorts,
  left: number,
): Promise<AuditEvent> {
  const asked = step.batch.flatMap(({ series, numbers }) =>
    numbersOf(numbers).map((number) => dense.id(series, number)),
  );
  const witnesses = [...new Set(step.witnesses)];
  const reading = await ports.ask(dense.probe([...asked, ...witnesses]), left);
  if (reading.type !== 'page') return { type: 'failed', why: reading.detail };
  const present = new Set(reading.items.map(({ id }) => id));
  const wanted = new Set(asked);
  const found = reading.items.filter(({ id, datestamp }) => wanted.has(id) && datestamp < run.range.to);
  const news = await newsOf(found, ports);
  const { missing } = news.length === 0 ? { missing: 0 } : await ports.keep(news);
  return {
    type: 'probed',
    answers: step.batch.map(({ series, numbers }) => {
      const each = numbersOf(numbers);
      return { series, asked: each, present: each.filter((number) => present.has(dense.id(series, number))) };
    }),
    believed: witnesses.some((id) => present.has(id)),
    missing,
    today: run.range.to,
  };
}
