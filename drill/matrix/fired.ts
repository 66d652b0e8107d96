import { faultName } from '../upstream/fault-name.ts';
import type { Played } from '../fault.ts';
import type { Evidence, Outcome, Row, UpstreamSpec } from './row.ts';

/** How often the fault of a row happened, and how often it had to: `NAME@PAGExTIMES` TIMES times, `x*` at least once. */
export function firedIn(
  row: Row,
  specs: readonly UpstreamSpec[],
  ledgers: Evidence['ledgers'],
  { happened }: Outcome,
): Pick<Played, 'injected' | 'wanted'> {
  if (happened !== undefined) return { injected: happened[0], wanted: happened[1] };
  if (row.happened !== undefined) {
    const injected = ledgers.reduce((sum, ledger) => sum + (row.happened?.(ledger) ?? 0), 0);
    return { injected, wanted: 'some' };
  }
  const faults = specs.flatMap((spec) => spec.faults);
  const names = [...new Set(faults.map(faultName))];
  const injected = names.reduce(
    (sum, name) => sum + ledgers.reduce((total, ledger) => total + ledger.fired(name), 0),
    0,
  );
  const times = faults.map((fault) => /x(\d+|\*)$/.exec(fault)?.[1] ?? '1');
  // A row without any fault proves nothing.
  if (times.includes('*') || times.length === 0) return { injected, wanted: 'some' };
  return { injected, wanted: times.reduce((sum, time) => sum + Number(time), 0) };
}
