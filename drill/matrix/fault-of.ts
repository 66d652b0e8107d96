import { sentence } from '../catalogue/sentence.ts';
import type { Fault } from '../fault.ts';
import { playRow } from './play-row.ts';
import type { Row } from './row.ts';

/** A row of the matrix as a row of the drill. */
export function faultOf(row: Row): Fault {
  const { name, layer = 'protocol', quick = false, about } = row;
  return {
    name,
    layer,
    about: sentence(about),
    holds: row.holds ?? holdsOf(row),
    quick,
    limitMs: 600_000,
    play: (stage) => playRow(row, stage),
  };
}

function holdsOf({ expect = {} }: Row): string {
  const { exit = 0, gaps = 0, quarantined = 0, wastedAtMost } = expect;
  const most = wastedAtMost === undefined ? '' : `, by at most ${String(wastedAtMost)} requests more`;
  if (exit === 69) return `What is still to come is owed and said to be: exit 69${most}.`;
  if (gaps + quarantined > 0)
    return `Every record is stored, or visibly set aside: ${String(gaps)} gaps, ${String(quarantined)} in the quarantine${most}.`;
  return `Every record of the list is stored once, as the list has it${most}.`;
}
